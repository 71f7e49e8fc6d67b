'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const { open, soldOut, notOpen, ended, hidden } = settings.coupons
const { token } = settings
const unknown = 4503599627370496

const rule = {
  id: 'number', name: 'string', type: 'string', moneyType: 'number', moneyMin: 'number', moneyMax: 'number',
  moneyHreshold: 'number', dateStartType: 'number', dateEndType: 'number', dateEnd: 'string', needScore: 'number',
  needAmount: 'number', needSignedContinuous: 'number', numberTotle: 'number', numberLeft: 'number',
  numberGit: 'number', numberGitNumber: 'number', numberPersonMax: 'number', status: 'number', statusStr: 'string',
  shopId: 'number', onlyFreight: 'boolean', showInFront: 'boolean', dateAdd: 'string', dateUpdate: 'string'
}
const piece = {
  id: 'number', pid: 'number', name: 'string', type: 'string', moneyType: 'number', money: 'number',
  moneyHreshold: 'number', status: 'number', statusStr: 'string', shopId: 'number', onlyFreight: 'boolean',
  dateAdd: 'string', dateStart: 'string', dateEnd: 'string', expiryMillis: 'number'
}

const fetch = (method, data) => WXAPI.request('/discounts/fetch', true, method, data)

run({
  async 'coupons lists what is offered, newest first'() {
    const answer = await WXAPI.coupons({ type: '' })
    assert.equal(answer.code, 0)
    assert.equal(answer.msg, 'success')
    assert.deepEqual(answer.data.map(c => c.id), [notOpen, soldOut, open])
    const offered = answer.data.at(-1)
    shape(offered, rule)
    assert.match(offered.dateAdd, times)
    assert.match(offered.dateUpdate, times)
    assert.equal(offered.dateEnd, '2100-01-01 08:00:00')
    assert.deepEqual([offered.name, offered.type, offered.status, offered.statusStr], ['满减', 'shop', 0, '正常'])
    assert.deepEqual([offered.moneyMin, offered.moneyMax, offered.moneyHreshold], [12.5, 12.5, 100])
    assert.deepEqual([offered.numberTotle, offered.numberLeft, offered.numberGit, offered.numberPersonMax], [100, 100, 0, 2])
    assert.match(last.text, /"moneyMin":12\.50,"moneyMax":12\.50,"moneyHreshold":100\.00,/)
  },
  async 'coupons without parameters, with absent ones, by POST and with a token that is no longer valid'() {
    const all = await WXAPI.coupons()
    for (const data of [{}, { type: '', refId: '', token: '' }, { type: undefined, refId: null, token: undefined }, { token: 'x' }]) {
      assert.deepEqual(await both('/discounts/coupons', data), all)
    }
  },
  async 'coupons by type, ids and refId'() {
    const ids = async (data) => (await both('/discounts/coupons', data)).data.map(c => c.id)
    assert.deepEqual(await ids({ type: 'shop' }), [open])
    assert.deepEqual(await ids({ ids: `${open},${unknown}` }), [open])
    assert.deepEqual(await ids({ ids: `${open},${soldOut}` }), [soldOut, open])
    plain(await WXAPI.coupons({ type: 'none' }), 700)
    plain(await both('/discounts/coupons', { refId: 5 }), 700)
    plain(await both('/discounts/coupons', { refId: 'x' }), 300, '参数错误: refId')
  },
  async 'myCoupons before any was fetched'() {
    plain(await WXAPI.myCoupons({ token }), 700, '暂无数据')
  },
  async 'fetchCoupons gives a piece, by POST and by GET, up to the limit'() {
    const first = await WXAPI.fetchCoupons({ token, id: open, pwd: '' })
    assert.equal(first.code, 0)
    shape(first.data, piece)
    assert.match(last.text, /"money":12\.50,"moneyHreshold":100\.00,/)
    assert.deepEqual([first.data.pid, first.data.status, first.data.statusStr], [open, 0, '正常'])
    assert.equal(first.data.dateEnd, '2100-01-01 08:00:00')
    assert.equal(first.data.expiryMillis, 4102444800000)
    assert.match(first.data.dateAdd, times)
    const second = await fetch('get', { token, id: open, pwd: undefined })
    assert.equal(second.code, 0)
    assert.notEqual(second.data.id, first.data.id)
    plain(await both('/discounts/fetch', { token, id: open }), 20003)
  },
  async 'fetchCoupons says why there is none'() {
    plain(await both('/discounts/fetch', { token, id: soldOut }), 20001)
    plain(await both('/discounts/fetch', { token, id: notOpen }), 20002)
    plain(await both('/discounts/fetch', { token, id: ended }), 20004)
    plain(await both('/discounts/fetch', { token, id: unknown }), 700)
    plain(await both('/discounts/fetch', { token, pwd: 'no-such-word' }), 700, '优惠码不存在')
    plain(await both('/discounts/fetch', { token }), 300, '缺少参数: id')
    plain(await both('/discounts/fetch', { token, id: 'undefined', pwd: 'null' }), 300, '缺少参数: id')
    plain(await both('/discounts/fetch', { token, id: 'x' }), 300, '参数错误: id')
    plain(await both('/discounts/fetch', { id: open }), 2000)
    plain(await both('/discounts/fetch', { id: open, token: 'x' }), 2000)
    plain(await both('/discounts/fetch', { token: settings.operator, id: open }), 2000)
  },
  async 'fetchCoupons with detect never fetches'() {
    plain(await both('/discounts/fetch', { token, id: hidden, detect: 'true' }), 701)
    assert.equal((await WXAPI.myCoupons({ token })).data.length, 2)
  },
  async 'fetchCoupons of a hidden coupon by its id'() {
    const answer = await WXAPI.fetchCoupons({ token, id: hidden })
    assert.equal(answer.code, 0)
    assert.ok(!('type' in answer.data))
  },
  async 'myCoupons has the pieces, newest first'() {
    const answer = await WXAPI.myCoupons({ token })
    assert.equal(answer.code, 0)
    assert.deepEqual(answer.data.map(p => p.pid), [hidden, open, open])
    shape(answer.data.at(-1), piece)
    assert.match(last.text, /"money":12\.50,"moneyHreshold":100\.00,/)
  },
  async 'myCoupons by status'() {
    const all = await WXAPI.myCoupons({ token })
    assert.deepEqual(await both('/discounts/my', { token, status: '0' }), all)
    assert.deepEqual(await both('/discounts/my', { token, status: 0 }), all)
    assert.deepEqual(await both('/discounts/my', { token, status: '0,1,2,3' }), all)
    assert.deepEqual(await both('/discounts/my', { token, status: undefined }), all)
    plain(await both('/discounts/my', { token, status: '1,2,3' }), 700)
    plain(await both('/discounts/my', { token, status: '3' }), 700)
    plain(await both('/discounts/my', { token, status: 'x' }), 300, '参数错误: status')
    plain(await both('/discounts/my', { token: 'x', status: '3' }), 2000)
  },
  async 'myCoupons by spend, type and refId'() {
    const pids = async (data) => (await both('/discounts/my', { token, ...data })).data.map(p => p.pid)
    assert.deepEqual(await pids({ consumAmount: '99.99' }), [hidden])
    assert.deepEqual(await pids({ consumAmount: 100 }), [hidden, open, open])
    assert.deepEqual(await pids({ type: 'shop' }), [open, open])
    plain(await both('/discounts/my', { token, refId: 5 }), 700)
    plain(await both('/discounts/my', { token, consumAmount: 'x' }), 300, '参数错误: consumAmount')
  },
  async 'myCoupons without a valid token'() {
    plain(await WXAPI.myCoupons({}), 2000)
    plain(await WXAPI.myCoupons({ token: '' }), 2000)
    plain(await both('/discounts/my', { token: 'x' }), 2000)
  },
  async 'myCoupons of one whose coupon has ended'() {
    const answer = await WXAPI.myCoupons({ token: settings.expired, status: '1,2,3' })
    assert.deepEqual(answer.data.map(p => [p.pid, p.status, p.statusStr]), [[ended, 2, '过期/已结束']])
    plain(await both('/discounts/my', { token: settings.expired, status: '0' }), 700)
  }
})
