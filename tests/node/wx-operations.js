'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, last, both, plain, shape, times, run } = require('./wx')

const { banners, notices, setting, partner, video, goods, token, other } = settings
const unknown = 4503599627370496

const banner = {
  id: 'number', businessId: 'number', picUrl: 'string', linkUrl: 'string', linkType: 'number', title: 'string',
  remark: 'string', type: 'string', status: 'number', statusStr: 'string', paixu: 'number', shopId: 'number',
  dateAdd: 'string', dateUpdate: 'string', userId: 'number'
}
const notice = {
  id: 'number', title: 'string', content: 'string', type: 'string', isShow: 'boolean', isRemind: 'boolean',
  remindUid: 'number', dateAdd: 'string', userId: 'number'
}
const { content, ...listed } = notice
const titles = (answer) => answer.data.dataList.map(n => n.title)

run({
  async 'banners by type, in their order, without the hidden ones'() {
    const answer = await WXAPI.banners({ type: 'app' })
    assert.equal(answer.code, 0)
    assert.deepEqual(answer.data.map(b => b.id), [banners.second, banners.first])
    const first = answer.data[1]
    shape(first, banner)
    assert.deepEqual(
      [first.businessId, first.picUrl, first.linkUrl, first.linkType, first.title, first.remark, first.type, first.status,
        first.statusStr, first.paixu, first.shopId, first.userId],
      [goods, 'https://static.example/a.png', '/pages/goods/index', 0, '首页', '备注', 'app', 0, '显示', 2, 5, 7])
    assert.match(first.dateAdd, times)
    assert.match(first.dateUpdate, times)
    assert.deepEqual(await both('/banner/list', { type: 'app' }), answer)
    assert.deepEqual((await both('/banner/list', { type: 'app,index' })).data.map(b => b.id), [banners.other, banners.second, banners.first])
    assert.deepEqual((await WXAPI.banners()).data.length, 3)
    assert.deepEqual(await both('/banner/list', { type: '' }), await WXAPI.banners())
  },
  async 'a banner to another mini-program'() {
    const { data: [leading] } = await WXAPI.banners({ type: 'index' })
    assert.deepEqual([leading.linkType, leading.appid], [1, 'wx0123456789'])
    assert.ok(!('linkUrl' in leading) && !('remark' in leading))
  },
  async 'banners of which there are none'() {
    plain(await WXAPI.banners({ type: 'none' }), 700, '暂无数据')
    plain(await both('/banner/list', { type: 'hidden' }), 700)
  },
  async 'noticeList is an object with dataList, newest first, without texts'() {
    const answer = await WXAPI.noticeList({ pageSize: 5 })
    assert.deepEqual(Object.keys(answer.data), ['dataList', 'totalRow', 'totalPage'])
    assert.deepEqual(titles(answer), ['二', '一'])
    assert.deepEqual([answer.data.totalRow, answer.data.totalPage], [2, 1])
    shape(answer.data.dataList[0], listed)
    assert.deepEqual(await both('/notice/list', { page: 'undefined', pageSize: '' }), answer)
    assert.deepEqual(titles(await WXAPI.noticeList({ type: 'shop', page: 1, pageSize: 1 })), ['二'])
    assert.deepEqual((await both('/notice/list', { page: 2, pageSize: 1 })).data, { ...answer.data, dataList: [answer.data.dataList[1]], totalPage: 2 })
    plain(await both('/notice/list', { page: 3, pageSize: 1 }), 700)
    plain(await WXAPI.noticeList({ type: 'none' }), 700)
    plain(await both('/notice/list', { page: 'x' }), 300, '参数错误: page')
  },
  async 'noticeList of a shopper has what is for him alone; a token that is not valid hides nothing'() {
    assert.deepEqual(titles(await WXAPI.noticeList({ token })), ['只给您', '二', '一'])
    assert.equal((await WXAPI.noticeList({ token })).data.dataList[0].remindUid, notices.user)
    for (const stranger of [other, 'x', '口令', settings.operator]) {
      assert.deepEqual(titles(await both('/notice/list', { token: stranger })), ['二', '一'])
    }
  },
  async 'noticeLastOne has the text'() {
    const answer = await WXAPI.noticeLastOne()
    shape(answer.data, notice)
    assert.deepEqual([answer.data.id, answer.data.content, answer.data.isShow, answer.data.isRemind, answer.data.remindUid],
      [notices.second, '<p>二</p>', true, true, 0])
    assert.match(answer.data.dateAdd, times)
    assert.deepEqual(await WXAPI.noticeLastOne('shop'), answer)
    assert.deepEqual(await both('/notice/last-one', { type: 'undefined' }), answer)
    plain(await WXAPI.noticeLastOne('none'), 700)
  },
  async 'noticeDetail'() {
    const answer = await WXAPI.noticeDetail(notices.second)
    assert.deepEqual(answer, await WXAPI.noticeLastOne())
    assert.deepEqual(await both('/notice/detail', { id: notices.second }), answer)
    plain(await both('/notice/detail', { id: notices.personal }), 700)
    plain(await both('/notice/detail', { id: notices.personal, token: other }), 700)
    assert.equal((await both('/notice/detail', { id: notices.personal, token })).data.title, '只给您')
    plain(await WXAPI.noticeDetail(notices.hidden), 700)
    plain(await WXAPI.noticeDetail(unknown), 700)
    plain(await both('/notice/detail', {}), 300, '缺少参数: id')
    plain(await both('/notice/detail', { id: 'x' }), 300, '参数错误: id')
  },
  async 'vipLevel is a number'() {
    assert.deepEqual(await WXAPI.vipLevel(), { code: 0, msg: 'success', data: 1 })
    assert.deepEqual(await both('/config/vipLevel', {}), await WXAPI.vipLevel())
  },
  async 'queryConfig under both of its paths'() {
    const answer = await both('/config/get-value', { key: 'mallName' })
    shape(answer.data, {
      id: 'number', key: 'string', value: 'string', remark: 'string', dateType: 'number', creatAt: 'string',
      updateAt: 'string', userId: 'number'
    })
    assert.deepEqual([answer.data.id, answer.data.key, answer.data.value, answer.data.remark, answer.data.dateType, answer.data.userId],
      [setting, 'mallName', '示例商城', '名称', 0, 7])
    assert.match(answer.data.creatAt, times)
    assert.deepEqual(await WXAPI.queryConfigValue('mallName'), { code: 0, msg: 'success', data: '示例商城' })
    assert.deepEqual(await both('/config/value', { key: 'html' }), { code: 0, msg: 'success', data: '<b>{"a":"1,2"}</b>' })
    assert.deepEqual(await both('/config/value', { key: 'empty' }), { code: 0, msg: 'success', data: '' })
    for (const path of ['/config/get-value', '/config/value']) {
      plain(await both(path, { key: 'none' }), 700, '暂无数据')
      plain(await both(path, { key: 'secret' }), 700)
      plain(await both(path, { key: '' }), 300, '缺少参数: key')
    }
  },
  async 'queryConfigBatch has the keys that exist, with dates of those that were changed'() {
    const answer = await WXAPI.queryConfigBatch('html,none,mallName, html,secret')
    assert.deepEqual(answer.data.map(c => c.key), ['html', 'mallName'])
    shape(answer.data[0], { key: 'string', value: 'string', dateUpdate: 'string' })
    shape(answer.data[1], { key: 'string', value: 'string', remark: 'string' })
    assert.match(answer.data[0].dateUpdate, times)
    assert.deepEqual(await both('/config/values', { keys: 'html,mallName' }), answer)
    const many = Array.from({ length: 150 }, (_, i) => `k${i}`).concat('mallName').join(',')
    assert.deepEqual((await both('/config/values', { keys: many })).data.map(c => c.key), ['mallName'])
    plain(await WXAPI.queryConfigBatch('none'), 700)
    plain(await both('/config/values', { keys: ',' }), 700)
    plain(await both('/config/values', {}), 300, '缺少参数: keys')
  },
  async 'friendlyPartnerList'() {
    const answer = await WXAPI.friendlyPartnerList('首页显示')
    assert.equal(answer.data.length, 1)
    shape(answer.data[0], {
      id: 'number', name: 'string', logo: 'string', url: 'string', linkUrl: 'string', type: 'string', paixu: 'number',
      remark: 'string', dateAdd: 'string', dateUpdate: 'string', userId: 'number'
    })
    assert.deepEqual([answer.data[0].id, answer.data[0].name, answer.data[0].url, answer.data[0].linkUrl],
      [partner, '示例茶园', 'https://tea.example/', 'https://tea.example/'])
    assert.deepEqual(await both('/friendly-partner/list', { type: '首页显示' }), answer)
    assert.deepEqual(await WXAPI.friendlyPartnerList(), answer)
    plain(await WXAPI.friendlyPartnerList('none'), 700)
  },
  async 'videoDetail'() {
    const answer = await WXAPI.videoDetail(video)
    shape(answer.data, {
      videoId: 'string', title: 'string', coverUrl: 'string', duration: 'number', fdMp4: 'string', hdMp4: 'string', dateAdd: 'string'
    })
    assert.deepEqual([answer.data.videoId, answer.data.fdMp4, answer.data.duration], [video, 'https://static.example/a.mp4', 15])
    assert.match(last.text, /"duration":15,/)
    assert.deepEqual(await both('/media/video/detail', { videoId: video }), answer)
    plain(await WXAPI.videoDetail('none'), 700)
    plain(await both('/media/video/detail', {}), 300, '缺少参数: videoId')
  }
})
