'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const {
  open, soldOut, notOpen, ended, hidden, rich, later, costly, priced, streak, secret, disabled, carded
} = settings.coupons
const { token, other, aged, guesser } = settings
const unknown = 4503599627370496
const word = 'spring-word'
const cards = settings.cards

const rule = {
  id: 'number', name: 'string', type: 'string', moneyType: 'number', moneyMin: 'number', moneyMax: 'number',
  moneyHreshold: 'number', dateStartType: 'number', dateEndType: 'number', dateEnd: 'string', needScore: 'number',
  needAmount: 'number', needSignedContinuous: 'number', numberTotle: 'number', numberLeft: 'number',
  numberGit: 'number', numberGitNumber: 'number', numberUsed: 'number', numberPersonMax: 'number', status: 'number',
  statusStr: 'string', shopId: 'number', onlyFreight: 'boolean', showInFront: 'boolean', batchSendUid: 'number',
  sendRegister: 'boolean', sendBirthday: 'boolean', sendInviteM: 'boolean', sendInviteS: 'boolean', dateAdd: 'string',
  dateUpdate: 'string'
}
const piece = {
  id: 'number', pid: 'number', name: 'string', type: 'string', moneyType: 'number', money: 'number',
  moneyHreshold: 'number', status: 'number', statusStr: 'string', shopId: 'number', onlyFreight: 'boolean',
  source: 'string', dateAdd: 'string', dateStart: 'string', dateEnd: 'string', dateUpdate: 'string', expiryMillis: 'number'
}
const without = (types, ...names) => Object.fromEntries(Object.entries(types).filter(([name]) => !names.includes(name)))

const fetch = (data) => both('/discounts/fetch', data)
const detail = async (id) => (await WXAPI.couponDetail(id)).data
const mine = async (owner, data) => (await both('/discounts/my', { token: owner, ...data })).data

run({
  async 'coupons lists what is offered, newest first'() {
    const answer = await WXAPI.coupons({ type: '' })
    assert.equal(answer.code, 0)
    assert.equal(answer.msg, 'success')
    assert.deepEqual(answer.data.map(c => c.id), [streak, notOpen, soldOut, open])
    const offered = answer.data.at(-1)
    shape(offered, rule)
    assert.match(offered.dateAdd, times)
    assert.match(offered.dateUpdate, times)
    assert.equal(offered.dateEnd, '2100-01-01 08:00:00')
    assert.deepEqual([offered.name, offered.type, offered.status, offered.statusStr], ['满减', 'shop', 0, '正常'])
    assert.deepEqual([offered.moneyType, offered.moneyMin, offered.moneyMax, offered.moneyHreshold], [0, 12.5, 12.5, 100])
    assert.deepEqual([offered.numberTotle, offered.numberLeft, offered.numberGit, offered.numberPersonMax], [100, 100, 0, 2])
    assert.deepEqual([offered.dateStartType, offered.dateEndType, offered.batchSendUid], [1, 0, -1])
    assert.deepEqual([offered.needScore, offered.needAmount, offered.needSignedContinuous], [0, 0, 0])
    assert.deepEqual([offered.showInFront, offered.onlyFreight, offered.sendRegister], [true, false, false])
    assert.match(last.text, /"moneyMin":12\.50,"moneyMax":12\.50,"moneyHreshold":100\.00,/)
    assert.match(last.text, /"needAmount":0\.00,/)
    assert.equal(answer.data[0].needSignedContinuous, 3)
  },
  async 'coupons without parameters, with absent ones, by POST and with a token that is no longer valid'() {
    const all = await WXAPI.coupons()
    for (const data of [{}, { type: '', refId: '', token: '', ids: '' }, { type: undefined, refId: null, token: undefined, ids: ',' }, { token: 'x' }]) {
      assert.deepEqual(await both('/discounts/coupons', data), all)
    }
  },
  async 'coupons by type, ids and refId'() {
    const ids = async (data) => (await both('/discounts/coupons', data)).data.map(c => c.id)
    assert.deepEqual(await ids({ type: 'shop' }), [open])
    assert.deepEqual(await ids({ ids: `${open},${unknown}` }), [open])
    assert.deepEqual(await ids({ ids: `${open},${soldOut}` }), [soldOut, open])
    assert.deepEqual(await ids({ refId: 77 }), [streak])
    plain(await WXAPI.coupons({ type: 'none' }), 700)
    plain(await both('/discounts/coupons', { refId: 5 }), 700)
    plain(await both('/discounts/coupons', { ids: hidden }), 700)
    plain(await both('/discounts/coupons', { refId: 'x' }), 300, '参数错误: refId')
    plain(await both('/discounts/coupons', { ids: `${open},x` }), 300, '参数错误: ids')
  },
  async 'couponDetail has the rule and what it is for'() {
    const answer = await WXAPI.couponDetail(rich)
    assert.equal(answer.code, 0)
    assert.deepEqual(Object.keys(answer.data), ['info', 'couponRefs'])
    assert.deepEqual(answer.data.couponRefs, [{ type: 0, refId: 11 }, { type: 1, refId: settings.goods }])
    const { info } = answer.data
    shape(info, { ...without(rule, 'dateEnd'), refId: 'number', dateStart: 'string', dateEndDays: 'number', pwd: 'string' })
    assert.deepEqual([info.id, info.refId, info.shopId, info.onlyFreight, info.showInFront], [rich, 78, 5, true, false])
    assert.deepEqual([info.moneyType, info.moneyMin, info.moneyMax], [1, 10, 20.5])
    assert.deepEqual([info.dateStartType, info.dateStart, info.dateEndType, info.dateEndDays], [0, '2020-01-01 08:00:00', 1, 30])
    assert.deepEqual([info.needScore, info.needAmount, info.needSignedContinuous, info.pwd], [500, 9.9, 7, 'Y'])
    assert.match(last.text, /"needAmount":9\.90,/)
    assert.ok(!last.text.includes(word))
    assert.deepEqual(await both('/discounts/detail', { id: rich }), answer)
  },
  async 'couponDetail of others'() {
    const start = (await detail(later)).info
    shape(start, { ...without(rule, 'type'), dateStartDays: 'number' })
    assert.deepEqual([start.dateStartType, start.dateStartDays, start.dateEndType, start.dateEnd], [2, 3, 0, '2099-01-01 08:00:00'])
    assert.deepEqual((await detail(open)).couponRefs, [])
    assert.deepEqual([(await detail(disabled)).info.status, (await detail(disabled)).info.statusStr], [1, '失效'])
    assert.deepEqual([(await detail(ended)).info.status, (await detail(ended)).info.statusStr], [2, '已过期/结束'])
    assert.equal((await detail(ended)).info.numberUsed, 0)
    assert.deepEqual([(await detail(hidden)).info.numberUsed, (await detail(hidden)).info.numberGit], [1, 3])
    plain(await WXAPI.couponDetail(unknown), 700, '优惠券不存在')
    plain(await WXAPI.couponDetail(undefined), 300, '缺少参数: id')
    plain(await both('/discounts/detail', { id: '' }), 300, '缺少参数: id')
    plain(await both('/discounts/detail', { id: 'x' }), 300, '参数错误: id')
  },
  async 'myCoupons before any was fetched'() {
    plain(await WXAPI.myCoupons({ token }), 700, '暂无数据')
  },
  async 'fetchCoupons with detect says what would be, and fetches nothing'() {
    for (const detect of ['true', true, 1]) {
      plain(await fetch({ token, id: open, detect }), 0, 'success')
    }
    plain(await fetch({ token, id: soldOut, detect: true }), 20001)
    plain(await fetch({ token, id: unknown, detect: true }), 700)
    plain(await fetch({ token: 'x', id: open, detect: true }), 2000)
    plain(await fetch({ token, id: open, detect: 'perhaps' }), 300, '参数错误: detect')
    plain(await WXAPI.myCoupons({ token }), 700)
    assert.equal((await detail(open)).info.numberLeft, 100)
  },
  async 'fetchCoupons gives a piece, by POST and by GET, up to the limit'() {
    const first = await WXAPI.fetchCoupons({ token, id: open, pwd: '' })
    assert.equal(first.code, 0)
    shape(first.data, piece)
    assert.match(last.text, /"money":12\.50,"moneyHreshold":100\.00,/)
    assert.deepEqual([first.data.pid, first.data.status, first.data.statusStr], [open, 0, '正常'])
    assert.deepEqual([first.data.moneyType, first.data.source, first.data.dateEnd], [0, '自主领取', '2100-01-01 08:00:00'])
    assert.equal(first.data.expiryMillis, 4102444800000)
    assert.match(first.data.dateAdd, times)
    assert.equal(first.data.dateStart, first.data.dateAdd)
    assert.equal(first.data.dateUpdate, first.data.dateAdd)
    const second = await WXAPI.request('/discounts/fetch', true, 'get', { token, id: open, pwd: undefined, detect: '' })
    assert.equal(second.code, 0)
    assert.notEqual(second.data.id, first.data.id)
    plain(await fetch({ token, id: open }), 20003)
    const { info } = await detail(open)
    assert.deepEqual([info.numberLeft, info.numberGit, info.numberGitNumber], [98, 2, 1])
  },
  async 'fetchCoupons says why there is none'() {
    plain(await fetch({ token, id: soldOut }), 20001)
    plain(await fetch({ token, id: notOpen }), 20002)
    plain(await fetch({ token, id: disabled }), 20002)
    plain(await fetch({ token, id: ended }), 20004)
    plain(await fetch({ token, id: costly }), 30001, '积分不足')
    plain(await fetch({ token, id: streak }), 30003, '连续签到天数不足')
    plain(await fetch({ token, id: unknown }), 700)
    plain(await fetch({ token }), 300, '缺少参数: id')
    plain(await fetch({ token, id: 'undefined', pwd: 'null' }), 300, '缺少参数: id')
    plain(await fetch({ token, id: 'x' }), 300, '参数错误: id')
    plain(await fetch({ id: open }), 2000)
    plain(await fetch({ id: open, token: 'x' }), 2000)
    plain(await fetch({ token: settings.operator, id: open }), 2000)
  },
  async 'fetchCoupons of one that must be paid for says how much'() {
    for (const detect of [undefined, true]) {
      const answer = await fetch({ token, id: priced, detect })
      assert.deepEqual([answer.code, answer.data, typeof answer.msg], [30002, 9.9, 'string'])
      assert.match(last.text, /"data":9\.90}$/)
    }
  },
  async 'fetchCoupons by password, with and without the id'() {
    plain(await fetch({ token, id: secret }), 30004)
    plain(await fetch({ token, id: secret, pwd: 'no-such-word' }), 30004, '优惠码错误')
    plain(await fetch({ token, pwd: 'no-such-word' }), 700)
    plain(await fetch({ token, pwd: word, detect: true }), 0)
    for (const data of [{ pwd: word }, { pwd: word, id: secret }, { pwd: word, id: '' }]) {
      const answer = await WXAPI.fetchCoupons({ token, ...data })
      assert.deepEqual([answer.code, answer.data.pid], [0, secret])
      shape(answer.data, without(piece, 'type'))
      assert.ok(!last.text.includes(word))
    }
    plain(await fetch({ token, pwd: word }), 20003)
  },
  async 'fetchCoupons refuses who guesses passwords'() {
    for (let guess = 0; guess < 20; guess++) {
      plain(await WXAPI.fetchCoupons({ token: guesser, pwd: `no-such-word-${guess}` }), 700)
    }
    plain(await fetch({ token: guesser, pwd: word }), -99)
  },
  async 'fetchCoupons of a hidden coupon by its id'() {
    const answer = await WXAPI.fetchCoupons({ token, id: hidden })
    assert.equal(answer.code, 0)
    assert.ok(!('type' in answer.data))
  },
  async 'fetchCoupons charges points'() {
    const answer = await WXAPI.fetchCoupons({ token: other, id: costly })
    assert.equal(answer.code, 0)
    shape(answer.data, { ...piece, refId: 'number' })
    assert.deepEqual([answer.data.refId, answer.data.shopId, answer.data.onlyFreight, answer.data.moneyType], [79, 6, true, 1])
    assert.ok(answer.data.money >= 10 && answer.data.money <= 20.5)
    assert.equal((await WXAPI.userAmount(other)).data.score, 200)
    plain(await fetch({ token: other, id: costly }), 30001)
    assert.equal((await WXAPI.userAmount(other)).data.score, 200)
  },
  async 'myCoupons has the pieces, newest first'() {
    const answer = await WXAPI.myCoupons({ token })
    assert.equal(answer.code, 0)
    assert.deepEqual(answer.data.map(p => p.pid), [hidden, secret, secret, secret, open, open])
    shape(answer.data.at(-1), piece)
    assert.match(last.text, /"money":12\.50,"moneyHreshold":100\.00,/)
  },
  async 'myCoupons by status'() {
    const all = await WXAPI.myCoupons({ token })
    for (const status of ['0', 0, '0,1,2,3', '0,0', ' 0 , 3', undefined, '', ',']) {
      assert.deepEqual(await both('/discounts/my', { token, status }), all)
    }
    plain(await both('/discounts/my', { token, status: '1,2,3' }), 700)
    plain(await both('/discounts/my', { token, status: '3' }), 700)
    plain(await both('/discounts/my', { token, status: 'x' }), 300, '参数错误: status')
    plain(await both('/discounts/my', { token, status: '0,4' }), 300, '参数错误: status')
    plain(await both('/discounts/my', { token: 'x', status: '3' }), 2000)
  },
  async 'myCoupons by spend, type and refId'() {
    const pids = async (data, owner = token) => (await mine(owner, data)).map(p => p.pid)
    assert.deepEqual(await pids({ consumAmount: '99.99' }), [hidden, secret, secret, secret])
    assert.deepEqual(await pids({ consumAmount: '0' }), [hidden, secret, secret, secret])
    assert.deepEqual(await pids({ consumAmount: 100 }), [hidden, secret, secret, secret, open, open])
    assert.deepEqual(await pids({ type: 'shop' }), [open, open])
    assert.deepEqual(await pids({ refId: 79 }, other), [costly])
    plain(await both('/discounts/my', { token, refId: 5 }), 700)
    plain(await both('/discounts/my', { token, consumAmount: 'x' }), 300, '参数错误: consumAmount')
  },
  async 'myCoupons without a valid token'() {
    plain(await WXAPI.myCoupons({}), 2000)
    plain(await WXAPI.myCoupons({ token: '' }), 2000)
    plain(await both('/discounts/my', { token: 'x' }), 2000)
    plain(await both('/discounts/my', { token: 'x', refId: 5 }), 2000)
  },
  async 'myCoupons in every state'() {
    const labels = (pieces) => pieces.map(p => [p.pid, p.status, p.statusStr])
    assert.deepEqual(labels(await mine(aged, { status: '0' })), [[hidden, 0, '正常']])
    assert.deepEqual(labels(await mine(aged, { status: '1' })), [[hidden, 1, '失效']])
    assert.deepEqual(labels(await mine(aged, { status: 2 })), [[ended, 2, '过期/已结束']])
    assert.deepEqual(labels(await mine(aged, { status: '1,2,3' })), [[hidden, 3, '已使用'], [hidden, 1, '失效'], [ended, 2, '过期/已结束']])
    const [used] = await mine(aged, { status: '3' })
    shape(used, { ...without(piece, 'type'), orderId: 'number', dateUse: 'string' })
    assert.deepEqual([used.orderId, used.dateUse, used.dateUpdate], [4711, '2020-09-13 20:26:40', '2020-09-13 20:26:40'])
    assert.equal((await mine(aged, { status: '0' }))[0].source, '商家发放')
    const [over] = await mine(aged, { status: '2' })
    assert.equal(over.dateUpdate, over.dateEnd)
    const [gone] = await mine(aged, { status: '1' })
    assert.match(gone.dateUpdate, times)
    assert.ok(!('dateUse' in gone))
    assert.equal((await mine(aged, {})).length, 4)
  },
  async 'exchangeCoupons is good once'() {
    const answer = await WXAPI.exchangeCoupons(token, cards.good, cards.pwd)
    assert.equal(answer.code, 0)
    shape(answer.data, without(piece, 'type'))
    assert.deepEqual([answer.data.pid, answer.data.source], [carded, '卡密兑换'])
    assert.deepEqual(await both('/discounts/exchange', { token, number: cards.good, pwd: cards.pwd, extJsonStr: '{}' }), answer)
    plain(await both('/discounts/exchange', { token: other, number: cards.good, pwd: cards.pwd }), 20000)
    assert.equal((await mine(token, { status: '0' }))[0].id, answer.data.id)
  },
  async 'exchangeCoupons says why there is none'() {
    plain(await both('/discounts/exchange', { token, number: cards.disabled, pwd: cards.pwd }), 20002)
    plain(await both('/discounts/exchange', { token, number: cards.ended, pwd: cards.pwd }), 20004)
    plain(await WXAPI.exchangeCoupons(token, '', cards.pwd), 300, '缺少参数: number')
    plain(await WXAPI.exchangeCoupons(token, cards.good, undefined), 300, '缺少参数: pwd')
    plain(await WXAPI.exchangeCoupons(undefined, cards.good, cards.pwd), 2000)
    plain(await both('/discounts/exchange', { token: 'x', number: cards.good, pwd: cards.pwd }), 2000)
    for (let guess = 0; guess < 5; guess++) {
      plain(await both('/discounts/exchange', { token: guesser, number: cards.good, pwd: `wrong-card-${guess}` }), 700, '卡号或密码错误')
    }
    plain(await both('/discounts/exchange', { token: guesser, number: 'no-such-card', pwd: cards.pwd }), -99)
  },
  async 'sendCoupons gives a piece away, once'() {
    const [first, second] = await mine(token, { type: 'shop' })
    plain(await WXAPI.sendCoupons({ token, id: first.id, uid: settings.otherId }), 0, 'success')
    plain(await both('/discounts/send', { token, id: first.id, uid: settings.otherId, mobile: '' }), 0)
    plain(await both('/discounts/send', { token, id: first.id, uid: settings.agedId }), 20004)
    assert.deepEqual((await mine(token, { type: 'shop' })).map(p => p.id), [second.id])
    const [gift] = await mine(other, { type: 'shop' })
    assert.deepEqual([gift.pid, gift.source, gift.money], [open, '好友赠送', 12.5])
  },
  async 'sendCoupons says why not'() {
    const [{ id }] = await mine(token, { type: 'shop' })
    plain(await both('/discounts/send', { token, id, uid: unknown }), 700, '用户不存在')
    plain(await both('/discounts/send', { token, id, mobile: '13800000000' }), 700, '用户不存在')
    plain(await both('/discounts/send', { token, id: unknown, uid: settings.otherId }), 700, '优惠券不存在')
    plain(await both('/discounts/send', { token: other, id, uid: settings.agedId }), 700, '优惠券不存在')
    plain(await both('/discounts/send', { token, id, uid: settings.tokenId }), 300, '不能赠送给自己')
    plain(await both('/discounts/send', { token, id }), 300, '缺少参数: uid')
    plain(await both('/discounts/send', { token, uid: settings.otherId, id: 'undefined' }), 300, '缺少参数: id')
    plain(await both('/discounts/send', { token, id, uid: 'x' }), 300, '参数错误: uid')
    plain(await both('/discounts/send', { id, uid: settings.otherId }), 2000)
    plain(await both('/discounts/send', { token: 'x', id, uid: settings.otherId }), 2000)
    plain(await both('/discounts/send', { token: 'x', id, mobile: '13800000000' }), 2000)
    assert.equal((await mine(token, { type: 'shop' })).length, 1)
  }
})
