'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, both, plain, shape, times, run } = require('./wx')

const { goods, groups, leader, member, stranger, membersOrder } = settings
const unknown = 4503599627370496

const setting = {
  id: 'number', goodsId: 'number', numberPersion: 'number', numberOrder: 'number', numberDoing: 'number',
  numberSucccess: 'number', timeoutHours: 'number', refundType: 'number', refundTypeStr: 'string', dateAdd: 'string',
  dateEnd: 'string', status: 'number', statusStr: 'string'
}
const tuan = {
  id: 'number', goodsId: 'number', pingtuanId: 'number', uid: 'number', apiExtUser: 'object', helpNumber: 'number',
  helpNumberVirtual: 'number', dateAdd: 'string', dateEnd: 'string', status: 'number', statusStr: 'string'
}
const ids = (list) => list.map(x => x.id)
const milliseconds = (date) => new Date(`${date.replace(' ', 'T')}+08:00`).getTime()

run({
  async 'pingtuanSet has the setting, with its misspelt names'() {
    const answer = await WXAPI.pingtuanSet(goods.complete)
    assert.equal(answer.code, 0)
    shape(answer.data, setting)
    const { goodsId, numberPersion, numberOrder, numberDoing, numberSucccess, timeoutHours, refundType, refundTypeStr, status, statusStr } = answer.data
    assert.deepEqual(
      { goodsId, numberPersion, numberOrder, numberDoing, numberSucccess, timeoutHours, refundType, refundTypeStr, status, statusStr },
      { goodsId: goods.complete, numberPersion: 2, numberOrder: 2, numberDoing: 0, numberSucccess: 1, timeoutHours: 24,
        refundType: 0, refundTypeStr: '用户钱包余额', status: 0, statusStr: '正常' })
    assert.match(answer.data.dateAdd, times)
    assert.match(answer.data.dateEnd, times)
    const open = (await WXAPI.pingtuanSet(goods.open)).data
    assert.deepEqual([open.numberPersion, open.numberDoing, open.numberSucccess], [5, 1, 0])
    assert.deepEqual((await both('/shop/goods/pingtuan/set', { goodsId: goods.filled })).data.refundTypeStr, '原路退回')
  },
  async 'pingtuanSet is a success also where the setting is disabled or over'() {
    const disabled = await WXAPI.pingtuanSet(goods.disabled)
    assert.deepEqual([disabled.code, disabled.data.status, disabled.data.statusStr], [0, 1, '禁用'])
    const over = await WXAPI.pingtuanSet(goods.over)
    assert.deepEqual([over.code, over.data.status, over.data.dateEnd], [0, 0, '2020-09-13 20:26:40'])
    plain(await WXAPI.pingtuanSet(unknown), 700)
    plain(await WXAPI.pingtuanSet(), 300, '缺少参数: goodsId')
  },
  async 'pingtuanSets has those of several goods'() {
    const answer = await WXAPI.pingtuanSets([goods.open, unknown, goods.complete])
    assert.deepEqual(answer.data.map(s => s.goodsId), [goods.open, goods.complete])
    shape(answer.data[0], setting)
    plain(await WXAPI.pingtuanSets([unknown]), 700)
    plain(await both('/shop/goods/pingtuan/sets', { goodsId: '0' }), 300, '参数错误: goodsId')
  },
  async 'pingtuanOpen opens a group, and then answers it again'() {
    const first = await WXAPI.pingtuanOpen(stranger.token, goods.complete)
    assert.equal(first.code, 0)
    shape(first.data, { id: 'number', goodsId: 'number', pingtuanId: 'number', dateEnd: 'string' })
    const hours = (milliseconds(first.data.dateEnd) - Date.now()) / 3600000
    assert.ok(hours > 23.9 && hours < 24.1, `${hours}`)
    assert.deepEqual(await WXAPI.pingtuanOpen(stranger.token, goods.complete), first)
    // The one that he has opened and not paid yet.
    assert.equal((await WXAPI.pingtuanOpen(stranger.token, goods.open)).data.id, groups.hidden)
    plain(await WXAPI.pingtuanOpen('x', goods.open), 2000)
    plain(await WXAPI.pingtuanOpen(undefined, goods.open), 2000)
    plain(await WXAPI.pingtuanOpen(stranger.token, unknown), 700)
    plain(await WXAPI.pingtuanOpen(stranger.token, goods.disabled), 20002)
    plain(await WXAPI.pingtuanOpen(stranger.token, goods.over), 20004)
    const extended = await both('/shop/goods/pingtuan/open', { token: stranger.token, goodsId: goods.complete, extJsonStr: '{"a":1}' })
    assert.equal(extended.data.id, first.data.id)
  },
  async 'pingtuanList has groups whose leader has paid'() {
    const answer = await WXAPI.pingtuanList({ goodsId: goods.open, status: 0 })
    assert.deepEqual([answer.data.totalRow, answer.data.totalPage, ids(answer.data.result)], [1, 1, [groups.open]])
    const [group] = answer.data.result
    shape(group, tuan)
    assert.deepEqual(
      [group.helpNumber, group.helpNumberVirtual, group.status, group.statusStr, group.uid, group.apiExtUser],
      [2, 0, 0, '进行中', leader.id, { nick: '团长' }])
    assert.match(group.dateEnd, times)
    assert.deepEqual(ids((await WXAPI.pingtuanList({ goodsId: goods.open, status: 1 })).data.result), [groups.failed])
    assert.deepEqual(ids((await WXAPI.pingtuanList({ goodsId: goods.complete })).data.result), [groups.complete])
    assert.equal((await WXAPI.pingtuanList({ goodsId: goods.complete, status: 2 })).data.result[0].statusStr, '完成')
    plain(await WXAPI.pingtuanList({ goodsId: goods.complete, status: 0 }), 700)
    plain(await WXAPI.pingtuanList({ goodsId: goods.open, status: 3 }), 300, '参数错误: status')
    plain(await WXAPI.pingtuanList({ goodsId: goods.open, page: 2 }), 700)
    plain(await WXAPI.pingtuanList({}), 300)
  },
  async 'pingtuanList at its first path is a bare list of open groups'() {
    const answer = await both('/shop/goods/pingtuan/list', { goodsId: goods.open })
    assert.deepEqual(ids(answer.data), [groups.open])
    shape(answer.data[0], tuan)
    plain(await both('/shop/goods/pingtuan/list', { goodsId: goods.complete }), 700)
  },
  async 'pingtuanJoinUsers has the members while the group is open'() {
    const answer = await WXAPI.pingtuanJoinUsers(groups.open)
    assert.deepEqual(answer.data.map(j => [j.uidHelp, j.apiExtUserHelp]), [[leader.id, { nick: '团长' }], [member.id, { nick: '团员' }]])
    assert.match(answer.data[0].dateAdd, times)
    plain(await WXAPI.pingtuanJoinUsers(groups.complete), 700)
    plain(await WXAPI.pingtuanJoinUsers(groups.failed), 700)
    plain(await WXAPI.pingtuanJoinUsers(groups.hidden), 700)
    plain(await WXAPI.pingtuanJoinUsers(unknown), 700)
  },
  async 'pingtuanMyJoined has paid seats with group and goods'() {
    const answer = await WXAPI.pingtuanMyJoined({ token: member.token })
    assert.deepEqual(answer.data.result.map(s => s.tuanInfo.id), [groups.failed, groups.open, groups.complete])
    const mine = await both('/shop/goods/pingtuan/my-join-list', { token: member.token, goodsId: goods.open, tuanId: groups.open, orderId: membersOrder })
    assert.deepEqual([mine.data.totalRow, mine.data.result.length], [1, 1])
    const [seat] = mine.data.result
    shape(seat, {
      id: 'number', tuanInfo: 'object', goods: 'object', goodsInfo: 'object', orderId: 'number', uidHelp: 'number', dateAdd: 'string',
    })
    assert.deepEqual([seat.orderId, seat.uidHelp, seat.goods.id, seat.goods.pingtuan], [membersOrder, member.id, goods.open, true])
    plain(await WXAPI.pingtuanMyJoined({ token: member.token, tuanId: groups.hidden }), 700)
    plain(await WXAPI.pingtuanMyJoined({ token: leader.token, orderId: membersOrder }), 700)
    plain(await WXAPI.pingtuanMyJoined({ token: 'x' }), 2000)
  },
  async 'pingtuanTuanInfo has group, setting and joiners, virtual ones marked'() {
    const answer = await both('/shop/goods/pingtuan/tuanInfo', { tuanId: groups.open })
    assert.deepEqual(Object.keys(answer.data), ['tuanInfo', 'setting', 'joiners'])
    shape(answer.data.tuanInfo, tuan)
    shape(answer.data.setting, setting)
    assert.equal(answer.data.joiners.length, 2)
    const filled = (await both('/shop/goods/pingtuan/tuanInfo', { tuanId: groups.filled })).data
    assert.deepEqual([filled.tuanInfo.status, filled.tuanInfo.helpNumber, filled.tuanInfo.helpNumberVirtual], [2, 3, 2])
    assert.deepEqual(filled.joiners.map(j => [j.uidHelp, j.virtual]), [[stranger.id, undefined], [undefined, true], [undefined, true]])
    plain(await both('/shop/goods/pingtuan/tuanInfo', { tuanId: groups.hidden }), 700)
  },
  async 'goods that can be bought in a group say so'() {
    const answer = await WXAPI.goods({ pingtuan: true })
    assert.deepEqual(ids(answer.data).sort(), [goods.complete, goods.open].sort())
    assert.ok(answer.data.every(g => g.pingtuan && g.pingtuanPrice > 0))
  }
})
