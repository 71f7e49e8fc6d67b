'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, both, plain, shape, times, run } = require('./wx')

const { joiner, friend, late, goods, other, older, drawn, planned, limited, ended, disabled } = settings
const path = '/shop/goods/kanjia'
const set = {
  id: 'number', goodsId: 'number', originalPrice: 'number', minPrice: 'number', helpPriceMin: 'number', helpPriceMax: 'number',
  number: 'number', numberBuy: 'number', dateAdd: 'string', dateEnd: 'string', status: 'number', statusStr: 'string'
}
const join = {
  kjId: 'number', goodsId: 'number', uid: 'number', curPrice: 'number', minPrice: 'number', helpNumber: 'number',
  status: 'number', statusStr: 'string', dateAdd: 'string', dateUpdate: 'string'
}
const cut = { uid: 'number', goodsId: 'number', cutPrice: 'number', remark: 'string' }

let first

run({
  async 'kanjiaList lists what is open with its goods'() {
    const { code, data } = await both(`${path}/list`, {})
    assert.equal(code, 0)
    assert.deepEqual(Object.keys(data), ['result', 'goodsMap', 'totalRow', 'totalPage'])
    assert.deepEqual(data.result.map(s => s.id), [limited, planned, drawn, older])
    assert.deepEqual([data.totalRow, data.totalPage], [4, 1])
    shape(data.result[0], set)
    const { name, characteristic, kanjia, kanjiaPrice, originalPrice } = data.goodsMap[`${goods}`]
    assert.deepEqual([name, characteristic, kanjia, kanjiaPrice], ['铸铁炒锅', '物理不粘', true, 100])
    assert.equal(typeof originalPrice, 'number')
    const second = await both(`${path}/list`, { page: 2, pageSize: 3 })
    assert.deepEqual([second.data.result.map(s => s.id), second.data.totalPage], [[older], 2])
    plain(await both(`${path}/list`, { page: 9 }), 700)
  },
  async 'goods that can be bargained for are found by their flag'() {
    const answer = await WXAPI.goods({ kanjia: true })
    assert.ok(answer.data.some(g => g.id === goods && g.kanjiaPrice === 100))
  },
  async 'kanjiaSet is the newest that is open'() {
    const answer = await WXAPI.kanjiaSet(goods)
    assert.deepEqual(await both(`${path}/set`, { goodsId: goods }), answer)
    shape(answer.data, set)
    const { id, goodsId, originalPrice, minPrice, helpPriceMin, helpPriceMax, number, numberBuy, dateAdd, dateEnd, status, statusStr } = answer.data
    assert.deepEqual([id, goodsId, originalPrice, minPrice, helpPriceMin, helpPriceMax], [planned, goods, 200, 100, 40, 60])
    assert.deepEqual([number, numberBuy, status, statusStr, dateEnd], [3, 0, 0, '正常', '2100-01-01 08:00:00'])
    assert.match(dateAdd, times)
    plain(await WXAPI.kanjiaSet(987654321), 700)
    plain(await WXAPI.kanjiaSet(''), 300)
    plain(await WXAPI.kanjiaSet('x'), 300)
  },
  async 'kanjiaSet in its second form lists all of several goods'() {
    const { data } = await both(`${path}/set/v2`, { goodsId: `${goods},${other},987654321` })
    assert.deepEqual(data.map(s => [s.id, s.goodsId]), [[planned, goods], [drawn, other], [older, goods]])
    shape(data[0], set)
    plain(await both(`${path}/set/v2`, { goodsId: 987654321 }), 700)
  },
  async 'nothing is shown before one has joined'() {
    plain(await WXAPI.kanjiaDetail(drawn, joiner.uid), 700)
    plain(await WXAPI.kanjiaDetail(drawn, ''), 700)
    plain(await WXAPI.kanjiaDetail(drawn), 700)
    plain(await WXAPI.kanjiaDetail(987654321, joiner.uid), 700)
    plain(await WXAPI.kanjiaMyJoinInfo(joiner.token, drawn), 700)
    plain(await WXAPI.kanjiaHelpDetail(friend.token, drawn, joiner.uid), 700)
    plain(await WXAPI.kanjiaHelpDetail('', drawn, joiner.uid), 2000)
    plain(await WXAPI.kanjiaHelp(friend.token, drawn, joiner.uid), 700)
    plain(await WXAPI.kanjiaClear(joiner.token, drawn), 700)
  },
  async 'kanjiaJoin starts at the original price, once'() {
    const answer = await WXAPI.kanjiaJoin(joiner.token, drawn)
    assert.deepEqual(answer.data, { curPrice: 200, goodsId: other, kjId: drawn, minPrice: 100, uid: joiner.uid })
    assert.deepEqual(await both(`${path}/join`, { token: joiner.token, kjid: drawn }), answer)
    plain(await WXAPI.kanjiaJoin(joiner.token, 987654321), 700)
    plain(await WXAPI.kanjiaJoin('wrong', drawn), 2000)
    plain(await WXAPI.kanjiaJoin(joiner.token, disabled), -1, '砍价活动未开始或已停止')
    plain(await WXAPI.kanjiaJoin(friend.token, ended), -1, '砍价已结束')
    const { data } = await WXAPI.kanjiaDetail(drawn, joiner.uid)
    assert.deepEqual([data.helps, data.kanjiaInfo.helpNumber], [[], 0])
  },
  async 'kanjiaHelp cuts once and then tells the first cut with its date'() {
    const answer = await WXAPI.kanjiaHelp(friend.token, drawn, joiner.uid, '加油')
    shape(answer.data, cut)
    first = answer.data
    assert.deepEqual([first.uid, first.goodsId, first.remark], [friend.uid, other, '加油'])
    assert.ok(first.cutPrice >= 12 && first.cutPrice <= 49 && Number.isInteger(Math.round(first.cutPrice * 1e4) / 100), `${first.cutPrice}`)
    const again = await WXAPI.kanjiaHelp(friend.token, drawn, joiner.uid, '再来')
    shape(again.data, { ...cut, dateAdd: 'string' })
    assert.match(again.data.dateAdd, times)
    const { dateAdd, ...rest } = again.data
    assert.deepEqual(rest, first)
    assert.deepEqual(await both(`${path}/help`, { token: friend.token, kjid: drawn, joinerUser: joiner.uid }), again)
    assert.deepEqual((await WXAPI.kanjiaHelpDetail(friend.token, drawn, joiner.uid)).data, again.data)
    plain(await WXAPI.kanjiaHelp('wrong', drawn, joiner.uid), 2000)
    plain(await WXAPI.kanjiaHelp(friend.token, ended, joiner.uid), -1, '砍价已结束')
    shape((await WXAPI.kanjiaHelp(joiner.token, drawn, joiner.uid)).data, cut)
  },
  async 'kanjiaDetail shows the bargain, who started it and who helped'() {
    const { data } = await both(`${path}/info`, { kjid: drawn, joiner: joiner.uid })
    assert.deepEqual(Object.keys(data), ['kanjiaInfo', 'joiner', 'helps'])
    shape(data.kanjiaInfo, join)
    assert.deepEqual(data.joiner, { nick: '小李', avatarUrl: '' })
    assert.deepEqual(data.helps.map(h => [h.uid, h.nick, h.remark]), [[joiner.uid, '小李', ''], [friend.uid, '小王', '加油']])
    shape(data.helps[0], { ...cut, nick: 'string', avatarUrl: 'string', dateAdd: 'string' })
    const { curPrice, minPrice, helpNumber, status, statusStr, kjId, uid } = data.kanjiaInfo
    assert.deepEqual([minPrice, helpNumber, status, statusStr, kjId, uid], [100, 2, 0, '进行中', drawn, joiner.uid])
    assert.equal(Math.round(curPrice * 100), Math.round((200 - data.helps[0].cutPrice - data.helps[1].cutPrice) * 100))
    assert.deepEqual((await WXAPI.kanjiaMyJoinInfo(joiner.token, drawn)).data, data.kanjiaInfo)
  },
  async 'a planned bargain is at its floor with its last helper'() {
    await WXAPI.kanjiaJoin(joiner.token, planned)
    const cuts = []
    for (const { token } of [friend, joiner]) {
      cuts.push((await WXAPI.kanjiaHelp(token, planned, joiner.uid)).data.cutPrice)
    }
    assert.equal(Math.round((cuts[0] + cuts[1]) * 100), 10000)
    const { data } = await WXAPI.kanjiaMyJoinInfo(joiner.token, planned)
    assert.deepEqual([data.curPrice, data.minPrice, data.status, data.statusStr], [100, 100, 2, '完成'])
    plain(await WXAPI.kanjiaHelp(late.token, planned, joiner.uid), -1, '已砍到底价')
    assert.equal((await WXAPI.kanjiaHelp(friend.token, planned, joiner.uid)).code, 0)
  },
  async 'a bargain whose campaign is over is invalid'() {
    const { data } = await WXAPI.kanjiaMyJoinInfo(joiner.token, ended)
    assert.deepEqual([data.status, data.statusStr], [1, '无效'])
  },
  async 'kanjiaClear forgets the bargain and its helps'() {
    assert.deepEqual(await WXAPI.kanjiaClear(joiner.token, drawn), { code: 0, msg: 'success' })
    plain(await WXAPI.kanjiaDetail(drawn, joiner.uid), 700)
    plain(await WXAPI.kanjiaHelpDetail(friend.token, drawn, joiner.uid), 700)
    assert.equal((await WXAPI.kanjiaJoin(joiner.token, drawn)).data.curPrice, 200)
    shape((await WXAPI.kanjiaHelp(friend.token, drawn, joiner.uid, '')).data, cut)
  },
  async 'limits of a campaign are told'() {
    await WXAPI.kanjiaJoin(joiner.token, limited)
    await WXAPI.kanjiaJoin(late.token, limited)
    assert.equal((await WXAPI.kanjiaHelp(friend.token, limited, joiner.uid)).code, 0)
    plain(await WXAPI.kanjiaHelp(friend.token, limited, late.uid), -1, '帮砍次数已达上限')
    await WXAPI.kanjiaClear(joiner.token, limited)
    plain(await WXAPI.kanjiaJoin(joiner.token, limited), -1, '发起砍价次数已达上限')
  }
})
