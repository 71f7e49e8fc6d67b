'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const { token, other } = settings

const amount = {
  balance: 'number', freeze: 'number', fxCommisionPaying: 'number', score: 'number', totalScore: 'number',
  scoreLastRound: 'number', growth: 'number', totleConsumed: 'number', totalPayAmount: 'number', totalPayNumber: 'number',
  totalWithdraw: 'number'
}
const cash = {
  id: 'number', type: 'number', typeStr: 'string', behavior: 'number', behaviorStr: 'string', amount: 'number',
  balance: 'number', freeze: 'number', shopId: 'number', remark: 'string', dateAdd: 'string'
}
const score = {
  id: 'number', type: 'number', typeStr: 'string', behavior: 'number', behaviorStr: 'string', score: 'number',
  scoreLeft: 'number', remark: 'string', dateAdd: 'string'
}

const cashLog = '/user/cashLog'
const scoreLog = '/score/logs'

/** What both logs do with the parameters that they share; the rows are given newest first. */
const filters = async (path, rows, read) => {
  const found = async (data) => read((await both(path, { token, ...data })).data).map(row => row.id)
  const ids = rows.map(row => row.id)
  const day = rows[0].dateAdd.slice(0, 10)
  assert.deepEqual(await found({ behavior: '', type: 'undefined', dateAddBegin: null, dateAddEnd: '', page: undefined, pageSize: '' }), ids)
  assert.deepEqual(await found({ behavior: 0 }), rows.filter(row => row.behavior === 0).map(row => row.id))
  assert.deepEqual(await found({ behavior: '1' }), rows.filter(row => row.behavior === 1).map(row => row.id))
  assert.deepEqual(await found({ dateAddBegin: rows.at(-1).dateAdd.slice(0, 10), dateAddEnd: day }), ids)
  assert.deepEqual(await found({ page: 2, pageSize: 1 }), [ids[1]])
  assert.deepEqual(await found({ page: 1, pageSize: 100000 }), ids)
  plain(await both(path, { token, page: 3, pageSize: 50 }), 700, '暂无数据')
  plain(await both(path, { token, page: 2147483647, pageSize: 50 }), 700)
  plain(await both(path, { token, dateAddEnd: '2020-01-01' }), 700)
  plain(await both(path, { token, dateAddBegin: '9998-12-31' }), 700)
  plain(await both(path, { token, dateAddBegin: '2020-01-01', dateAddEnd: '2019-01-01' }), 700)
  plain(await both(path, { token, type: 12345 }), 700, '暂无数据')
  plain(await both(path, { token, behavior: 2 }), 300, '参数错误: behavior')
  plain(await both(path, { token, behavior: 'x' }), 300, '参数错误: behavior')
  plain(await both(path, { token, type: 'x' }), 300, '参数错误: type')
  plain(await both(path, { token, dateAddBegin: '2020-1-1' }), 300, '参数错误: dateAddBegin')
  plain(await both(path, { token, dateAddEnd: 'today' }), 300, '参数错误: dateAddEnd')
  plain(await both(path, { token, page: 'x' }), 300, '参数错误: page')
  for (const wrong of [undefined, '', 'x', settings.operator]) {
    plain(await both(path, { token: wrong }), 2000)
    plain(await both(path, { token: wrong, type: 12345 }), 2000)
  }
}

run({
  async 'userAmount has every amount as a number'() {
    const answer = await WXAPI.userAmount(token)
    assert.equal(answer.code, 0)
    shape(answer.data, amount)
    assert.match(last.text, /"balance":59\.50,"freeze":0\.00,"fxCommisionPaying":0\.00,"score":200,"totalScore":700,/)
    assert.match(last.text, /"totleConsumed":0\.00,"totalPayAmount":0\.00,"totalPayNumber":0,"totalWithdraw":0\.00}/)
    assert.deepEqual(await both('/user/amount', { token }), answer)
  },
  async 'userAmount of one whose wallet never moved has zeros'() {
    const answer = await WXAPI.userAmount(other)
    shape(answer.data, amount)
    assert.ok(Object.values(answer.data).every(value => value === 0))
  },
  async 'userAmount without a valid token'() {
    for (const wrong of [undefined, null, '', 'x', settings.operator]) {
      plain(await WXAPI.userAmount(wrong), 2000)
      plain(await both('/user/amount', { token: wrong }), 2000)
    }
  },
  async 'cashLogs has the movements, newest first'() {
    const answer = await WXAPI.cashLogs({ token })
    assert.equal(answer.code, 0)
    answer.data.forEach(row => shape(row, cash))
    assert.deepEqual(
      answer.data.map(row => [row.type, row.typeStr, row.behavior, row.behaviorStr, row.amount, row.balance, row.freeze, row.remark]),
      [[999, '后台调整', 1, '支出', 40.5, 59.5, 0, '扣回'], [999, '后台调整', 0, '收入', 100, 100, 0, '开业赠送']])
    assert.match(answer.data[0].dateAdd, times)
    assert.match(last.text, /"amount":40\.50,"balance":59\.50,"freeze":0\.00,/)
    await filters(cashLog, answer.data, data => data)
  },
  async 'cashLogs by types and order'() {
    const all = await WXAPI.cashLogs({ token })
    for (const data of [{ type: 999 }, { types: '0,999' }, { types: '999,999', type: 999 }, { types: ',', orderId: '' }]) {
      assert.deepEqual(await both(cashLog, { token, ...data }), all)
    }
    plain(await both(cashLog, { token, types: '0,1' }), 700)
    plain(await both(cashLog, { token, type: 0, types: '999' }), 700)
    plain(await both(cashLog, { token, orderId: '4711' }), 700)
    plain(await both(cashLog, { token, types: '999,x' }), 300, '参数错误: types')
    plain(await both(cashLog, { token: 'x', orderId: '4711' }), 2000)
  },
  async 'scoreLogs has the movements, newest first'() {
    const answer = await WXAPI.scoreLogs({ token, page: 1, pageSize: 50 })
    assert.equal(answer.code, 0)
    assert.deepEqual(Object.keys(answer.data), ['result', 'totalRow', 'totalPage'])
    assert.deepEqual([answer.data.totalRow, answer.data.totalPage], [2, 1])
    answer.data.result.forEach(row => shape(row, score))
    assert.deepEqual(
      answer.data.result.map(row => [row.type, row.typeStr, row.behavior, row.behaviorStr, row.score, row.scoreLeft, row.remark]),
      [[3, '兑换优惠券', 1, '支出', -500, 200, '满减 10%'], [4, '管理员调整', 0, '收入', 700, 700, '开业赠送']])
    assert.match(answer.data.result[0].dateAdd, times)
    await filters(scoreLog, answer.data.result, data => data.result)
    assert.deepEqual((await both(scoreLog, { token, page: 1, pageSize: 1 })).data.totalPage, 2)
  },
  async 'scoreLogs by type and remark'() {
    const types = async (data) => (await both(scoreLog, { token, ...data })).data.result.map(row => row.type)
    assert.deepEqual(await types({ type: 3 }), [3])
    assert.deepEqual(await types({ type: '4' }), [4])
    assert.deepEqual(await types({ remark: '业赠' }), [4])
    assert.deepEqual(await types({ remark: '0%' }), [3])
    assert.deepEqual(await types({ remark: '' }), [3, 4])
    plain(await both(scoreLog, { token, remark: '%%' }), 700)
    plain(await both(scoreLog, { token, remark: '_' }), 700)
    plain(await both(scoreLog, { token, type: 2 }), 700)
  },
  async 'the logs of one whose wallet never moved'() {
    plain(await WXAPI.cashLogs({ token: other }), 700, '暂无数据')
    plain(await WXAPI.scoreLogs({ token: other }), 700, '暂无数据')
  }
})
