'use strict'

const assert = require('node:assert/strict')
const { WXAPI, both, plain, shape, run } = require('./wx')

const province = { id: 'string', name: 'string', level: 'number', firstLetter: 'string', pinyin: 'string', jianpin: 'string' }
const region = { ...province, pid: 'string' }

run({
  async 'province lists the provinces with official names'() {
    const answer = await WXAPI.province()
    assert.equal(answer.code, 0)
    assert.equal(answer.data.length, 31)
    shape(answer.data[0], province)
    assert.deepEqual(
      answer.data.find((p) => p.id === '500000000000'),
      { id: '500000000000', name: '重庆市', level: 1, firstLetter: 'C', pinyin: 'chongqingshi', jianpin: 'cqs' })
    const letters = answer.data.map((p) => p.firstLetter)
    assert.deepEqual(letters, [...letters].sort())
    assert.deepEqual([letters[0], letters.at(-1)], ['A', 'Z'])
    assert.ok(answer.data.some((p) => p.id === '330000000000' && p.name === '浙江省'))
    assert.deepEqual((await WXAPI.request('/common/region/v2/province', false, 'post', {})).data, answer.data)
    assert.deepEqual((await both('/region/province', {})).data, answer.data)
  },
  async 'nextRegion goes down to the streets'() {
    const cities = await WXAPI.nextRegion('110000000000')
    assert.deepEqual(cities.data, [{
      id: '110100000000', name: '市辖区', level: 2, pid: '110000000000', firstLetter: 'S', pinyin: 'shixiaqu', jianpin: 'sxq'
    }])
    const districts = await WXAPI.nextRegion(cities.data[0].id)
    assert.equal(districts.data.length, 16)
    shape(districts.data[0], region)
    const streets = await WXAPI.nextRegion(districts.data[0].id)
    assert.deepEqual(streets.data[0], {
      id: '110101001000', name: '东华门街道', level: 4, pid: '110101000000', firstLetter: 'D', pinyin: 'donghuamenjiedao', jianpin: 'dhmjd'
    })
    assert.deepEqual((await both('/region/child', { pid: '110000000000' })).data, cities.data)
    plain(await WXAPI.nextRegion(streets.data[0].id), 700)
  },
  async 'every city of a picker has a child'() {
    for (const province of (await WXAPI.province()).data) {
      for (const city of (await WXAPI.nextRegion(province.id)).data) {
        assert.equal((await WXAPI.nextRegion(city.id)).code, 0, city.name)
      }
    }
  },
  async 'nextRegion of what is none'() {
    plain(await WXAPI.nextRegion('990000000000'), 700)
    plain(await WXAPI.nextRegion('1'.repeat(20)), 300)
    plain(await WXAPI.nextRegion(''), 300, '缺少参数: pid')
    plain(await WXAPI.nextRegion(undefined), 300, '缺少参数: pid')
  },
  async 'uniqueId is a text of digits and never the same'() {
    const ids = new Set()
    for (const type of ['', undefined, 'order', '订单']) {
      for (const method of ['get', 'post']) {
        const answer = await WXAPI.request('/uniqueId/get', true, method, { type })
        assert.equal(answer.code, 0)
        assert.match(answer.data, /^\d{10,16}$/)
        ids.add(answer.data)
      }
    }
    ids.add((await WXAPI.uniqueId()).data)
    assert.equal(ids.size, 9)
    plain(await WXAPI.uniqueId('x'.repeat(65)), 300)
  },
  async 'queryMobileLocation has what is known'() {
    assert.deepEqual(await WXAPI.queryMobileLocation('13500000000'), {
      code: 0, msg: 'success', data: { code: 1350000, province: '广东', cityName: '广州', segmentName: '中国移动' }
    })
    assert.deepEqual((await both('/common/mobile-segment/location', { mobile: '19912345678' })).data, {
      code: 1991234, segmentName: '中国电信'
    })
    plain(await WXAPI.queryMobileLocation('16212345678'), 700)
    plain(await WXAPI.queryMobileLocation('12345'), 300, '手机号码格式错误')
    plain(await WXAPI.queryMobileLocation(''), 300, '缺少参数: mobile')
  }
})
