'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const { token, other, operator, lotteries, tokenId, otherId, goods } = settings
const { wheel, later, ended, disabled, costly, deck } = lotteries
const unknown = 1
let titles

const info = {
  id: 'number', title: 'string', content: 'string', dateBegin: 'string', dateEnd: 'string', status: 'number', statusStr: 'string',
  timesPerUser: 'number', numberJoin: 'number', score: 'number'
}
const draw = {
  id: 'number', lid: 'number', uid: 'number', goodsId: 'number', prizeName: 'string', dateAdd: 'string', status: 'number', statusStr: 'string'
}
const join = (data) => WXAPI.request('/luckyInfo/join', true, 'post', data)

run({
  async 'luckyInfo has the lottery and its wheel'() {
    const answer = await WXAPI.luckyInfo(wheel)
    assert.equal(answer.code, 0)
    assert.deepEqual(Object.keys(answer.data), ['info', 'luckyGoods'])
    shape(answer.data.info, info)
    assert.deepEqual([answer.data.info.id, answer.data.info.timesPerUser, answer.data.info.numberJoin], [wheel, 3, 0])
    assert.deepEqual([answer.data.info.status, answer.data.info.statusStr, answer.data.info.score], [0, '正常', 0])
    assert.match(answer.data.info.dateEnd, times)
    const { luckyGoods } = answer.data
    shape(luckyGoods[0], { id: 'number', goodsId: 'number', title: 'string', pic: 'string' })
    shape(luckyGoods[1], { id: 'number', goodsId: 'number', title: 'string' })
    assert.deepEqual(luckyGoods.map(g => g.goodsId), [goods, 0, -1])
    titles = luckyGoods.map(g => g.title)
    assert.equal(new Set(titles).size, titles.length)
    assert.ok(titles.length <= 8)
    assert.deepEqual(await both('/luckyInfo/info', { id: wheel }), answer)
    assert.deepEqual(await both('/luckyInfo/info/v2', { id: wheel }), answer)
  },
  async 'luckyInfo of others'() {
    assert.equal((await WXAPI.luckyInfo(disabled)).data.info.status, 1)
    assert.equal((await WXAPI.luckyInfo(costly)).data.info.score, 500)
    plain(await WXAPI.luckyInfo(unknown), 700, '抽奖项目ID错误')
    plain(await both('/luckyInfo/info', { id: 'undefined' }), 300, '缺少参数: id')
    plain(await both('/luckyInfo/info/v2', { id: 'x' }), 300, '参数错误: id')
  },
  async 'luckyInfoJoinMy and luckyInfoJoinLogs before any draw'() {
    plain(await WXAPI.luckyInfoJoinMy(wheel, token), 700, '您还没有参与抽奖')
    plain(await WXAPI.luckyInfoJoinLogs({ lid: wheel, uid: tokenId }), 700, '暂无数据')
    plain(await both('/luckyInfo/join/my', { id: unknown, token }), 700, '抽奖项目ID错误')
    plain(await both('/luckyInfo/join/my', { id: wheel, token: 'x' }), 2000)
    plain(await both('/luckyInfo/join/my', { id: wheel }), 2000)
    plain(await both('/luckyInfo/join/logs', { lid: unknown }), 700, '抽奖项目ID错误')
    plain(await both('/luckyInfo/join/logs', { id: wheel }), 300, '缺少参数: lid')
  },
  async 'luckyInfoJoin names one of the wheel, as often as one may'() {
    for (let i = 0; i < 3; i++) {
      const answer = await (i < 2 ? WXAPI.luckyInfoJoin(wheel, token) : WXAPI.request('/luckyInfo/join', true, 'get', { id: wheel, token }))
      assert.equal(answer.code, 0)
      shape(answer.data, draw)
      assert.ok(titles.includes(answer.data.prizeName), last.text)
      assert.deepEqual([answer.data.lid, answer.data.uid], [wheel, tokenId])
      const place = titles.indexOf(answer.data.prizeName)
      assert.equal(answer.data.goodsId, [goods, 0, -1][place])
      assert.equal(answer.data.statusStr, ['待发放', '已发放', '未中奖'][place])
      const mine = await both('/luckyInfo/join/my', { id: wheel, token })
      assert.deepEqual(mine.data, answer.data)
      assert.deepEqual(await WXAPI.luckyInfoJoinMy(wheel, token), mine)
    }
    plain(await WXAPI.luckyInfoJoin(wheel, token), 20003, '您的抽奖次数已用完')
    assert.equal((await WXAPI.luckyInfo(wheel)).data.info.numberJoin, 3)
  },
  async 'luckyInfoJoinLogs counts the times used'() {
    const mine = await WXAPI.luckyInfoJoinLogs({ lid: wheel, uid: tokenId, token })
    assert.deepEqual([mine.code, mine.data.totalRow, mine.data.result.length], [0, 3, 3])
    shape(mine.data.result[0], { ...draw, nick: 'string' })
    assert.deepEqual(await both('/luckyInfo/join/logs', { lid: wheel, uid: tokenId, token: '' }), mine)
    assert.equal((await join({ id: wheel, token: other })).code, 0)
    const all = await both('/luckyInfo/join/logs', { lid: wheel, page: 1, pageSize: 3 })
    assert.deepEqual([all.data.totalRow, all.data.totalPage, all.data.result.length], [4, 2, 3])
    assert.ok(all.data.result.every(d => !('uid' in d)))
    assert.equal((await both('/luckyInfo/join/logs', { lid: wheel, uid: otherId })).data.totalRow, 1)
    plain(await both('/luckyInfo/join/logs', { lid: wheel, page: 3, pageSize: 3 }), 700)
  },
  async 'luckyInfoJoin says why not'() {
    plain(await join({ id: unknown, token }), 700, '抽奖项目ID错误')
    plain(await join({ id: later, token }), 20002, '抽奖未开始或已停止')
    plain(await join({ id: disabled, token }), 20002)
    plain(await join({ id: ended, token }), 20004, '抽奖已结束')
    plain(await join({ id: costly, token }), 30001, '积分不足')
    plain(await join({ id: wheel, token: 'x' }), 2000)
    plain(await join({ id: wheel, token: operator }), 2000)
    plain(await join({ id: wheel }), 2000)
    plain(await join({ token }), 300, '缺少参数: id')
  },
  async 'luckyInfoJoin of a deck until it is empty'() {
    const answer = await WXAPI.luckyInfoJoin(deck, token)
    assert.deepEqual([answer.data.prizeName, answer.data.statusStr], ['红包', '已发放'])
    assert.equal((await WXAPI.userAmount(token)).data.balance, 8.8)
    plain(await join({ id: deck, token: other }), 20001, '来晚了，奖品已抽完')
    const { data } = await WXAPI.cashLogs({ token })
    assert.deepEqual([data[0].type, data[0].typeStr, data[0].amount], [998, '抽奖奖金', 8.8])
  },
  async 'luckyInfoJoin charges points'() {
    const before = (await WXAPI.userAmount(other)).data.score
    const answer = await WXAPI.luckyInfoJoin(costly, other)
    assert.equal(answer.code, 0)
    assert.equal((await WXAPI.userAmount(other)).data.score, before - 500)
    const { data } = await WXAPI.scoreLogs({ token: other })
    assert.deepEqual([data.result[0].type, data.result[0].typeStr], [17, '参与抽奖'])
  }
})
