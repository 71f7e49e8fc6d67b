'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, both, plain, shape, times, run } = require('./wx')

const { token, other, guesser, streakCoupon, vouchers } = settings

const rule = { id: 'number', code: 'string', codeStr: 'string', confine: 'number', score: 'number' }
const day = { continuous: 'number', score: 'number', dateAdd: 'string' }

run({
  'scoreRules lists the rules of a code': async () => {
    const all = await WXAPI.scoreRules({})
    assert.equal(all.code, 0)
    assert.deepEqual(all.data.map(r => r.code), ['REG', 'CONSUME', 'CONSUME', 'goodReputation'])
    const one = await WXAPI.scoreRules({ code: 'goodReputation' })
    assert.equal(one.data.length, 1)
    shape(one.data[0], rule)
    assert.deepEqual([one.data[0].codeStr, one.data[0].confine, one.data[0].score], ['好评送', 0, 5])
    const consume = (await WXAPI.scoreRules({ code: 'CONSUME' })).data
    assert.deepEqual(consume.map(r => [r.codeStr, r.confine, r.score]), [['消费送', 100, 10], ['消费送', 500.5, 80]])
    plain(await WXAPI.scoreRules({ code: 'invite' }), 700)
    plain(await WXAPI.scoreRules({ code: 'unknown' }), 700)
    assert.deepEqual(await both('/score/send/rule', { code: 'CONSUME' }), await WXAPI.scoreRules({ code: 'CONSUME' }))
  },
  'scoreSignRules lists the rewards of streaks, ascending': async () => {
    const rules = await WXAPI.scoreSignRules()
    assert.deepEqual(rules.data, [{ continuous: 1, score: 3 }, { continuous: 7, score: 10 }])
    assert.deepEqual(await both('/score/sign/rules', {}), rules)
  },
  'before a sign-in there is none, and a coupon that needs one is refused': async () => {
    plain(await WXAPI.scoreTodaySignedInfo(token), 700)
    plain(await WXAPI.scoreSignLogs({ token }), 700)
    plain(await WXAPI.fetchCoupons({ token, id: streakCoupon }), 30003, '连续签到天数不足')
  },
  'scoreSign signs in once a day': async () => {
    const signed = await WXAPI.scoreSign(token)
    assert.equal(signed.code, 0)
    shape(signed.data, day)
    assert.deepEqual([signed.data.continuous, signed.data.score], [1, 3])
    assert.match(signed.data.dateAdd, times)
    plain(await WXAPI.scoreSign(token), 10000, '今日已签到')
    plain(await both('/score/sign', { token }), 10000)
    plain(await WXAPI.scoreSign(''), 2000)
    plain(await WXAPI.scoreSign('no-such-token'), 2000)
  },
  'after it, today, the logs and the coupon know': async () => {
    const today = await WXAPI.scoreTodaySignedInfo(token)
    assert.equal(today.code, 0)
    assert.equal(today.data.continuous, 1)
    assert.match(today.data.dateAdd, times)
    const logs = await WXAPI.scoreSignLogs({ token, page: 1, pageSize: 10 })
    assert.deepEqual([logs.data.totalRow, logs.data.totalPage, logs.data.result.length], [1, 1, 1])
    shape(logs.data.result[0], day)
    assert.deepEqual(logs.data.result[0], today.data)
    const date = today.data.dateAdd.split(' ')[0]
    assert.deepEqual(await WXAPI.scoreSignLogs({ token, dateAddBegin: date, dateAddEnd: date }), await WXAPI.scoreSignLogs({ token }))
    plain(await WXAPI.scoreSignLogs({ token, dateAddBegin: '2099-01-01' }), 700)
    plain(await WXAPI.scoreSignLogs({ token, dateAddEnd: '2020-01-01' }), 700)
    plain(await WXAPI.scoreSignLogs({ token, dateAddBegin: 'yesterday' }), 300)
    plain(await WXAPI.scoreSignLogs({ token: other }), 700)
    assert.equal((await WXAPI.fetchCoupons({ token, id: streakCoupon })).code, 0)
  },
  'a made-up day is marked in the calendar by itself': async () => {
    const logs = await WXAPI.scoreSignLogs({ token: settings.mended })
    assert.deepEqual(logs.data.result.map(d => d.dateAdd), [`${settings.mendedDay} 00:00:00`])
  },
  'scoreExchange takes a number once': async () => {
    const got = await WXAPI.scoreExchange(token, vouchers.good)
    assert.deepEqual(got.data, { score: 30 })
    plain(await WXAPI.scoreExchange(token, vouchers.good), 20000)
    plain(await WXAPI.scoreExchange(other, vouchers.good), 20000)
    plain(await WXAPI.scoreExchange(other, vouchers.void), 20001)
    plain(await WXAPI.scoreExchange(other, vouchers.expired), 20002)
    plain(await WXAPI.scoreExchange(other, 'NOSUCHNUMBER'), 700, '券号不正确')
    plain(await WXAPI.scoreExchange(other, ''), 300, '缺少参数: number')
    plain(await WXAPI.scoreExchange('', vouchers.good), 2000)
  },
  'scoreExchange stops guessing': async () => {
    for (let i = 0; i < 10; i++) {
      plain(await WXAPI.scoreExchange(guesser, `GUESS${i}`), 700)
    }
    plain(await WXAPI.scoreExchange(guesser, vouchers.good), -99)
  },
  'scoreLogs shows both, newest first': async () => {
    const logs = await WXAPI.scoreLogs({ token, page: 1, pageSize: 50 })
    assert.deepEqual(
      logs.data.result.map(l => [l.type, l.typeStr, l.behavior, l.behaviorStr, l.score, l.scoreLeft, l.remark]),
      [[12, '积分券', 0, '收入', 30, 33, '开业'], [2, '每日签到', 0, '收入', 3, 3, '']])
    assert.deepEqual((await WXAPI.scoreLogs({ token, type: 2 })).data.totalRow, 1)
    assert.equal((await WXAPI.userAmount(token)).data.score, 33)
  }
})
