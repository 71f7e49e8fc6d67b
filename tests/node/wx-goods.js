'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const { token, plain: plainGoods, sku: skuGoods, food, fruit, store, freight, off, property, values, reviewed } = settings
const unknown = 4503599627370496

const category = {
  id: 'number', name: 'string', icon: 'string', pic: 'string', level: 'number', pid: 'number', key: 'string', type: 'string',
  isUse: 'boolean', paixu: 'number', shopId: 'number', dateAdd: 'string', dateUpdate: 'string', userId: 'number'
}
const basic = {
  id: 'number', name: 'string', pic: 'string', categoryId: 'number', minPrice: 'number', originalPrice: 'number',
  minScore: 'number', stores: 'number', stores0Unsale: 'boolean', storeAlert: 'boolean', storeAlertNum: 'number',
  storesExt1: 'number', storesExt2: 'number', minBuyNumber: 'number', unit: 'string', weight: 'number', logisticsId: 'number',
  hasAddition: 'boolean', hasTourJourney: 'boolean', overseas: 'boolean', persion: 'number', tax: 'number', discountPrice: 'number',
  priceShopSell: 'number', usefulNumber: 'number', unusefulNumber: 'number', commissionType: 'number', commission: 'number', commissionUserType: 'number',
  commissionSettleType: 'number', fxType: 'number', gotScore: 'number', gotScoreType: 'number', recommendStatus: 'number',
  recommendStatusStr: 'string', status: 'number', statusStr: 'string', vetStatus: 'number', hidden: 'number', kanjia: 'boolean',
  kanjiaPrice: 'number', pingtuan: 'boolean', pingtuanPrice: 'number', miaosha: 'boolean', sellStart: 'boolean',
  sellEnd: 'boolean', seckillBuyNumber: 'number', limitation: 'boolean', maxCoupons: 'number', afterSale: 'string',
  numberOrders: 'number', numberSells: 'number', numberFav: 'number', views: 'number', numberReputation: 'number',
  numberGoodReputation: 'number', shopId: 'number', type: 'number', paixu: 'number', dateAdd: 'string', dateUpdate: 'string',
  userId: 'number'
}
const sku = {
  id: 'number', goodsId: 'number', propertyChildIds: 'string', propertyChildNames: 'string', price: 'number',
  originalPrice: 'number', pingtuanPrice: 'number', score: 'number', stores: 'number', fxType: 'number', userId: 'number'
}
const goodsProperty = { id: 'number', name: 'string', paixu: 'number', dateAdd: 'string', childsCurGoods: 'object', userId: 'number' }
const value = { id: 'number', name: 'string', propertyId: 'number', paixu: 'number', dateAdd: 'string', userId: 'number' }
const logistics = { isFree: 'boolean', feeType: 'number', feeTypeStr: 'string', details: 'object' }
const rate = { type: 'number', firstNumber: 'number', firstAmount: 'number', addNumber: 'number', addAmount: 'number', userId: 'number' }
const line = {
  id: 'number', goodsId: 'number', goodsName: 'string', pic: 'string', amount: 'number', number: 'number', orderId: 'number',
  score: 'number', uid: 'number', goodReputation: 'number', goodReputationStr: 'string', goodReputationRemark: 'string',
  dateReputation: 'string', userId: 'number'
}
const shop = {
  id: 'number', name: 'string', type: 'string', pic: 'string', address: 'string', linkPhone: 'string', number: 'string',
  activity: 'string', characteristic: 'string', introduce: 'string', expressType: 'string', openingHours: 'string',
  provinceId: 'string', cityId: 'string', districtId: 'string', latitude: 'number', longitude: 'number', serviceDistance: 'number',
  numberOrder: 'number', numberFav: 'number', numberReputation: 'number', numberGoodReputation: 'number', paixu: 'number',
  recommendStatus: 'number', openScan: 'boolean', openWaimai: 'boolean', openZiqu: 'boolean', linkPhoneShow: 'boolean', status: 'number', statusStr: 'string', workStatus: 'number', dateAdd: 'string', dateUpdate: 'string', userId: 'number'
}
const ids = (answer) => answer.data.map(g => g.id)
const list = async (data) => ids(await both('/shop/goods/list', data))

run({
  async 'goodsCategory has all enabled ones of all levels'() {
    const answer = await WXAPI.goodsCategory()
    assert.equal(answer.code, 0)
    assert.deepEqual(answer.data.map(c => [c.id, c.level, c.pid, c.name]), [[food, 1, 0, '食品'], [fruit, 2, food, '水果']])
    shape(answer.data[0], category)
    assert.match(answer.data[0].dateAdd, times)
  },
  async 'goodsCategoryDetail has info and attributes'() {
    const answer = await WXAPI.goodsCategoryDetail(fruit)
    assert.deepEqual(Object.keys(answer.data), ['info', 'extJson'])
    assert.equal(answer.data.info.id, fruit)
    assert.deepEqual(answer.data.extJson, { '产地': '赣州' })
    plain(await WXAPI.goodsCategoryDetail(unknown), 700)
  },
  async 'goods lists what is on sale, in the shop\'s order'() {
    const answer = await WXAPI.goods()
    assert.deepEqual(ids(answer), [skuGoods, plainGoods])
    shape(answer.data[1], { ...basic, subName: 'string', characteristic: 'string', tags: 'string', barCode: 'string' })
    assert.deepEqual([answer.data[1].minPrice, answer.data[1].stores, answer.data[1].afterSale], [9.9, 7, '0,1,2'])
    assert.match(last.text, /"minPrice":9\.90,"originalPrice":12\.90,/)
    // The sum of the combinations.
    assert.deepEqual([answer.data[0].stores, answer.data[0].propertyIds], [30, `,${property},`])
    assert.deepEqual(await both('/shop/goods/list', { categoryId: '', nameLike: undefined, token: 'x' }), answer)
  },
  async 'goods by category and what is below it, name, words and flags'() {
    assert.deepEqual(await list({ categoryId: food }), [skuGoods, plainGoods])
    assert.deepEqual(await list({ categoryId: fruit }), [skuGoods])
    assert.deepEqual(await list({ nameLike: '橙' }), [skuGoods])
    assert.deepEqual(await list({ nameLike: '脐橙' }), [skuGoods])
    assert.deepEqual(await list({ nameLike: '南脐橙' }), [skuGoods])
    assert.deepEqual(await list({ k: 'ＣＯＯＫＩＥ 苏打' }), [plainGoods])
    assert.deepEqual(await list({ tagsLike: '咸香' }), [plainGoods])
    assert.deepEqual(await list({ barCode: '6901234567890' }), [plainGoods])
    assert.deepEqual(await list({ pingtuan: true }), [skuGoods])
    assert.deepEqual(await list({ recommendStatus: 0 }), [skuGoods, plainGoods])
    assert.deepEqual(await list({ shopId: store }), [plainGoods])
    assert.deepEqual(await list({ shopId: 0 }), [skuGoods])
    assert.deepEqual(await list({ priceMax: 10 }), [plainGoods])
    assert.deepEqual(await list({ priceMin: '9.91' }), [skuGoods])
    assert.deepEqual(await list({ status: 1 }), [off])
    assert.deepEqual((await list({ status: -1 })).length, 3)
    for (const none of [{ kanjia: true }, { miaosha: true }, { nameLike: '没有' }, { hidden: 1 }, { day: '2026-01-01' }, { categoryId: unknown }]) {
      plain(await both('/shop/goods/list', none), 700)
    }
    plain(await both('/shop/goods/list', { orderBy: 'x' }), 300, '参数错误: orderBy')
  },
  async 'goods in every order and by pages'() {
    for (const [orderBy, first] of [['priceUp', plainGoods], ['priceDown', skuGoods], ['addedUp', plainGoods], ['addedDown', skuGoods]]) {
      assert.equal((await list({ orderBy }))[0], first, orderBy)
    }
    for (const orderBy of ['ordersUp', 'ordersDown', 'nameUp']) {
      assert.equal((await list({ orderBy })).length, 2, orderBy)
    }
    assert.deepEqual(await list({ page: 2, pageSize: 1 }), [plainGoods])
    plain(await WXAPI.goods({ page: 3, pageSize: 1 }), 700)
    const v2 = await both('/shop/goods/list/v2', { pageSize: 1 })
    assert.deepEqual([ids({ data: v2.data.result }), v2.data.totalRow, v2.data.totalPage], [[skuGoods], 2, 2])
    plain(await both('/shop/goods/list/v2', { page: 9 }), 700)
  },
  async 'goodsDetail with combinations has properties and a list of them'() {
    const { data } = await WXAPI.goodsDetail(skuGoods)
    assert.deepEqual(Object.keys(data), ['basicInfo', 'category', 'pics', 'pics2', 'subPics', 'content', 'properties', 'skuList', 'extJson', 'extJson2'])
    assert.equal(data.basicInfo.stores, 30)
    assert.ok(!('level' in data.category))
    assert.deepEqual(data.properties.map(p => [p.id, p.name, p.childsCurGoods.map(v => [v.id, v.name, v.propertyId])]),
      [[property, '规格', [[values[0], '小', property], [values[1], '大', property]]]])
    assert.deepEqual(data.skuList.map(s => [s.propertyChildIds, s.price, s.stores, s.score]),
      [[`${property}:${values[0]},`, 12, 10, 0], [`${property}:${values[1]},`, 20, 20, 5]])
    shape(data.skuList[0], sku)
    shape(data.properties[0], goodsProperty)
    shape(data.properties[0].childsCurGoods[0], value)
    assert.ok(String(property).length >= 6)
  },
  async 'goodsDetail without combinations has neither, but freight and a gallery'() {
    const { data } = await WXAPI.goodsDetail(plainGoods)
    assert.ok(!('properties' in data) && !('skuList' in data) && !('propertyIds' in data.basicInfo))
    assert.equal(data.content, '<p>好吃</p>')
    assert.deepEqual(data.pics2, ['http://x/1.png', 'http://x/2.png'])
    shape(data.pics[0], { id: 'number', goodsId: 'number', pic: 'string', userId: 'number' })
    shape(data.logistics, logistics)
    shape(data.logistics.details[0], rate)
    assert.deepEqual(data.pics.map(p => p.pic), data.pics2)
    assert.deepEqual([data.logistics.isFree, data.logistics.feeType, data.logistics.details.length], [false, 1, 1])
    assert.deepEqual([data.logistics.details[0].firstNumber, data.logistics.details[0].firstAmount], [1, 8])
    assert.deepEqual(data.extJson, { '保质期': '12个月' })
    assert.equal((await both('/shop/goods/detail', { id: off })).data.basicInfo.status, 1)
    plain(await WXAPI.goodsDetail(unknown), 700)
    plain(await both('/shop/goods/detail', {}), 300, '缺少参数: id')
  },
  async 'goodsPrice by pairs in any order, with commas around them'() {
    const pair = `${property}:${values[1]}`
    for (const pairs of [pair, `${pair},`, `,${pair},`, `,,${pair}`]) {
      const { data } = await WXAPI.goodsPrice(skuGoods, pairs)
      assert.deepEqual([data.price, data.stores, data.score, data.propertyChildIds], [20, 20, 5, `${pair},`])
    }
    const { data } = await WXAPI.goodsPrice(plainGoods, '')
    assert.deepEqual([data.price, data.stores, data.propertyChildIds, 'id' in data], [9.9, 7, '', false])
    plain(await WXAPI.goodsPrice(skuGoods, `${property}:1`), 700)
    plain(await WXAPI.goodsPrice(skuGoods, ''), 30002)
    plain(await WXAPI.goodsPrice(unknown, ''), 700)
  },
  async 'a member pays less, with his token only'() {
    const price = async (given) => (await both('/shop/goods/price', { goodsId: plainGoods, token: given })).data
    assert.deepEqual([(await price(token)).price, (await price(token)).priceOriginal], [9.41, 9.9])
    assert.equal((await price('not-a-token')).price, 9.9)
    const detail = async (given) => (await both('/shop/goods/detail', { id: plainGoods, token: given })).data.basicInfo
    assert.deepEqual([(await detail(token)).minPrice, (await detail(token)).minPriceOriginal], [9.41, 9.9])
    assert.ok(!('minPriceOriginal' in await detail('')))
    assert.equal((await WXAPI.goodsRebate(token, plainGoods)).data, 9.5)
    const { base, userLevel } = (await WXAPI.userDetail(token)).data
    shape(userLevel, {
      id: 'number', name: 'string', level: 'number', rebate: 'number', paixu: 'number', status: 'number', dateAdd: 'string',
      dateUpdate: 'string', userId: 'number'
    })
    assert.deepEqual(
      [userLevel.id, userLevel.name, userLevel.level, userLevel.rebate, userLevel.paixu], [base.levelId, '银卡', 2, 9.5, 5])
    assert.match(base.getLevelDate, times)
    assert.deepEqual([base.levelExpire, base.levelRenew], ['2099-12-31 23:59:59', false])
  },
  async 'goodsPriceFreight by carrier'() {
    const answer = await WXAPI.goodsPriceFreight({ templateId: freight, type: 0 })
    assert.deepEqual([answer.data.firstNumber, answer.data.firstAmount, answer.data.addNumber, answer.data.addAmount], [1, 8, 0.5, 2])
    const far = await WXAPI.goodsPriceFreight({ templateId: freight, type: 0, provinceId: '650000000000', cityId: '650100000000', districtId: '' })
    assert.deepEqual([far.data.firstNumber, far.data.firstAmount, far.data.addNumber, far.data.addAmount], [1, 20, 1, 15])
    plain(await WXAPI.goodsPriceFreight({ templateId: freight, type: 2 }), 700)
  },
  async 'goodsReputation has reviews, newest first'() {
    const answer = await WXAPI.goodsReputation({ goodsId: plainGoods })
    assert.equal(answer.data.length, reviewed)
    assert.deepEqual(answer.data.map(r => r.goods.goodReputationStr), ['差评', '好评'])
    assert.deepEqual(Object.keys(answer.data[0].user), ['id', 'nick'])
    shape(answer.data[0].goods, line)
    assert.deepEqual(answer.data[1].reputationPics, [{ pic: 'http://x/r.png' }])
    assert.ok(!('reputationPics' in answer.data[0]))
    const v2 = await both('/shop/goods/reputation/v2', { goodsId: plainGoods, pageSize: 1 })
    assert.deepEqual([v2.data.result.length, v2.data.totalRow, v2.data.totalPage], [1, 2, 2])
    plain(await WXAPI.goodsReputation({ goodsId: skuGoods }), 700)
  },
  async 'favourites are put, checked, listed and deleted'() {
    const isFavourite = async () => {
      const answer = await WXAPI.goodsFavCheck(token, plainGoods)
      return [answer.code, answer.data]
    }
    assert.deepEqual(await isFavourite(), [-1, '未收藏'])
    plain(await WXAPI.goodsFavList({ token }), 700)
    plain(await WXAPI.goodsFavPut(token, plainGoods), 0)
    plain(await WXAPI.goodsFavPut(token, plainGoods), 0)
    assert.deepEqual(await isFavourite(), [0, '已收藏'])
    const answer = await WXAPI.goodsFavList({ token, nameLike: '饼干' })
    assert.equal(answer.data.length, 1)
    shape(answer.data[0], { id: 'number', goodsId: 'number', type: 'number', goodsName: 'string', pic: 'string', dateAdd: 'string', dateUpdate: 'string' })
    plain(await WXAPI.goodsFavDelete(token, answer.data[0].id), 0)
    assert.deepEqual(await isFavourite(), [-1, '未收藏'])
    plain(await WXAPI.goodsFavDelete(token), 300)
    plain(await WXAPI.goodsFavPut(token, unknown), 700)
    plain(await WXAPI.goodsFavPut('x', plainGoods), 2000)
  },
  async 'fetchShops by distance and by region'() {
    const near = await WXAPI.fetchShops({ curlatitude: 22.55, curlongitude: 113.95, nameLike: '' })
    assert.equal(near.data[0].id, store)
    shape(near.data[0], { ...shop, distance: 'number' })
    assert.ok(near.data[0].distance > 1 && near.data[0].distance < 1.3)
    assert.ok(near.data[1].distance > near.data[0].distance)
    assert.deepEqual([near.data[0].provinceId, near.data[0].status, near.data[0].serviceDistance], ['440000000000', 0, 10])
    const plainList = await WXAPI.fetchShops()
    assert.ok(!('distance' in plainList.data[0]))
    assert.equal(plainList.data[1].id, store)
    assert.deepEqual(plainList.data.map(s => [s.recommendStatus, s.openScan, s.openWaimai, s.openZiqu, s.linkPhoneShow, s.linkPhone]), [
      [0, true, false, false, false, ''], [1, false, true, true, true, '0755-00000000']
    ])
    assert.deepEqual((await WXAPI.fetchShops({ provinceId: '440000000000' })).data.map(s => s.id), [store])
    plain(await WXAPI.fetchShops({ cityId: '1' }), 700)
    plain(await both('/shop/subshop/list', { curlatitude: 'x', curlongitude: 1 }), 300, '参数错误: curlatitude')
  },
  async 'the shop\'s number is the one that is set'() {
    for (const call of [
      () => WXAPI.goodsCategory(), () => WXAPI.goodsDetail(skuGoods), () => WXAPI.goodsDetail(plainGoods), () => WXAPI.goodsPrice(plainGoods, ''),
      () => WXAPI.goodsReputation({ goodsId: plainGoods }), () => WXAPI.fetchShops(), () => WXAPI.userDetail(token)
    ]) {
      const { code, data } = await call()
      assert.equal(code, 0)
      const numbers = [...JSON.stringify(data).matchAll(/"userId":(\d+)/g)].map(m => m[1])
      assert.ok(numbers.length > 0)
      assert.deepEqual([...new Set(numbers)], ['7'])
    }
  },
  async 'shopSubdetail has info and attributes'() {
    const answer = await WXAPI.shopSubdetail(store)
    assert.deepEqual(Object.keys(answer.data), ['info', 'extJson'])
    assert.deepEqual([answer.data.info.id, answer.data.extJson], [store, { '车位': '20' }])
    shape(answer.data.info, shop)
    plain(await WXAPI.shopSubdetail(unknown), 700)
  }
})
