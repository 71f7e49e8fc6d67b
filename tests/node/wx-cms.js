'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, both, plain, shape, times, run } = require('./wx')

const { help, pay, hidden, first, second, bare, loose, draft, page } = settings
const unknown = 4503599627370496

const category = {
  id: 'number', name: 'string', icon: 'string', type: 'string', key: 'string', pid: 'number', level: 'number',
  isUse: 'boolean', paixu: 'number', dateAdd: 'string', dateUpdate: 'string', userId: 'number'
}
const article = {
  id: 'number', categoryId: 'number', title: 'string', pic: 'string', descript: 'string', content: 'string',
  keywords: 'string', tags: 'string', author: 'string', income: 'string', isRecommend: 'boolean', commentNumber: 'number',
  views: 'number', usefulNumber: 'number', unusefulNumber: 'number', status: 'number', statusStr: 'string', paixu: 'number',
  uid: 'number', dateAdd: 'string', dateUpdate: 'string', userId: 'number'
}
const { content, ...listed } = article
const today = settings.today
const ids = async (data) => (await both('/cms/news/list', data)).data.map(a => a.id)

run({
  async 'cmsCategories is the tree without what is hidden'() {
    const answer = await WXAPI.cmsCategories()
    assert.deepEqual(answer.data.map(c => [c.id, c.pid, c.level]), [[help, 0, 1], [pay, help, 2]])
    shape(answer.data[0], category)
    assert.deepEqual(
      [answer.data[0].name, answer.data[0].icon, answer.data[0].type, answer.data[0].key, answer.data[0].isUse, answer.data[0].userId],
      ['帮助', 'https://static.example/c.png', 'qa', 'help', true, 1])
    assert.match(answer.data[0].dateAdd, times)
    assert.deepEqual(await both('/cms/category/list', {}), answer)
  },
  async 'cmsCategoryDetail under both of its paths'() {
    const answer = await both('/cms/category/detail', { id: help })
    shape(answer.data, category)
    assert.deepEqual(await WXAPI.cmsCategoryDetail(help), { code: 0, msg: 'success', data: { info: answer.data, extJson: {} } })
    for (const path of ['/cms/category/detail', '/cms/category/info']) {
      plain(await both(path, { id: hidden }), 700)
      plain(await both(path, { id: unknown }), 700)
      plain(await both(path, {}), 300, '缺少参数: id')
    }
  },
  async 'cmsArticles is a bare list without texts'() {
    const answer = await WXAPI.cmsArticles({ categoryId: help })
    assert.equal(answer.code, 0)
    assert.deepEqual(answer.data.map(a => a.id), [bare, second, first])
    const full = answer.data[2]
    shape(full, listed)
    assert.deepEqual(
      [full.categoryId, full.title, full.pic, full.descript, full.keywords, full.tags, full.author, full.income,
        full.isRecommend, full.status, full.statusStr, full.paixu, full.uid, full.userId],
      [help, '如何下单', 'https://static.example/a.png', '摘要', '下单,购物车', '新手,下单', '店长', '本店', true, 2, '审核通过', 9, 0, 1])
    assert.match(full.dateAdd, times)
    for (const absent of ['pic', 'descript', 'content', 'keywords', 'tags', 'author', 'income']) {
      assert.ok(!(absent in answer.data[0]), absent)
    }
  },
  async 'cmsArticles by every parameter'() {
    assert.deepEqual(await ids({ categoryId: pay }), [second])
    assert.deepEqual(await ids({ titleLike: '下单' }), [first])
    assert.deepEqual(await ids({ keywordsLike: '购物' }), [first])
    assert.deepEqual(await ids({ tagsLike: '新' }), [second, first])
    assert.deepEqual(await ids({ isRecommend: 'true' }), [first])
    assert.deepEqual(await ids({ isRecommend: false }), [bare, second, loose])
    assert.deepEqual(await ids({ id: second }), [second])
    assert.deepEqual(await ids({ orderBy: 'addedUp' }), [first, second, bare, loose])
    assert.deepEqual(await ids({ orderBy: 'addedDown' }), [loose, bare, second, first])
    assert.deepEqual(await ids({ orderBy: 'paixuDown' }), [loose, first, bare, second])
    assert.deepEqual(await ids({ orderBy: 'paixuUp' }), [bare, second, first, loose])
    assert.equal((await ids({ orderBy: 'viewsDown' })).length, 4)
    assert.equal((await ids({ orderBy: 'viewsUp' })).length, 4)
    assert.equal((await ids({ dateAddBegin: today, dateAddEnd: today, dateUpdateBegin: today, dateUpdateEnd: `${today} 23:59:59` })).length, 4)
    plain(await both('/cms/news/list', { dateAddBegin: '2100-01-01' }), 700)
    plain(await both('/cms/news/list', { dateAddEnd: '2020-01-01' }), 700)
    plain(await both('/cms/news/list', { dateUpdateBegin: '2100-01-01' }), 700)
    plain(await both('/cms/news/list', { dateUpdateEnd: '2020-01-01' }), 700)
    assert.deepEqual(await ids({ page: 2, pageSize: 2 }), [first, loose])
    plain(await both('/cms/news/list', { page: 3, pageSize: 2 }), 700)
    plain(await both('/cms/news/list', { categoryId: unknown }), 700)
    plain(await both('/cms/news/list', { categoryId: hidden }), 700)
    plain(await both('/cms/news/list', { id: draft }), 700)
    plain(await both('/cms/news/list', { orderBy: 'x' }), 300, '参数错误: orderBy')
    plain(await both('/cms/news/list', { dateAddBegin: '2026-02-30' }), 300, '参数错误: dateAddBegin')
    plain(await both('/cms/news/list', { isRecommend: 'x' }), 300, '参数错误: isRecommend')
    assert.deepEqual(await both('/cms/news/list', { categoryId: '', titleLike: 'undefined', orderBy: 'null', token: 'x' }), await WXAPI.cmsArticles())
  },
  async 'cmsArticles in its second form'() {
    const { data } = await both('/cms/news/list/v2', { pageSize: 2 })
    assert.deepEqual(Object.keys(data), ['result', 'totalRow', 'totalPage'])
    assert.deepEqual([data.result.map(a => a.id), data.totalRow, data.totalPage], [[bare, second], 4, 2])
    plain(await both('/cms/news/list/v2', { id: draft }), 700)
  },
  async 'cmsArticleDetail has the text, cleaned'() {
    const answer = await WXAPI.cmsArticleDetail(first)
    shape(answer.data, article)
    assert.equal(answer.data.content, '<p style="text-align: center">文</p><img src="x">')
    const { data } = await both('/cms/news/detail/v2', { id: first, token: '' })
    assert.deepEqual(Object.keys(data), ['info', 'category', 'extJson'])
    assert.deepEqual({ ...data.info, views: 0 }, { ...answer.data, views: 0 })
    assert.deepEqual(data.category, (await both('/cms/category/detail', { id: help })).data)
    assert.deepEqual(Object.keys((await both('/cms/news/detail/v2', { id: loose })).data), ['info', 'extJson'])
    for (const path of ['/cms/news/detail', '/cms/news/detail/v2']) {
      plain(await both(path, { id: draft }), 700)
      plain(await both(path, { id: unknown }), 700)
      plain(await both(path, {}), 300, '缺少参数: id')
    }
  },
  async 'cmsPage under both of its paths'() {
    const answer = await both('/cms/page/info', { key: 'yhxy' })
    shape(answer.data, {
      id: 'number', key: 'string', title: 'string', content: 'string', type: 'number', dateAdd: 'string', dateUpdate: 'string',
      userId: 'number'
    })
    assert.deepEqual([answer.data.id, answer.data.key, answer.data.title, answer.data.content, answer.data.type],
      [page, 'yhxy', '用户协议', '<p>协议</p>', 0])
    assert.deepEqual(await WXAPI.cmsPage('yhxy'), { code: 0, msg: 'success', data: { info: answer.data, extJson: {} } })
    for (const path of ['/cms/page/info', '/cms/page/info/v2']) {
      plain(await both(path, { key: 'none' }), 700)
      plain(await both(path, { key: 'undefined' }), 300, '缺少参数: key')
    }
  },
  async 'cmsTags counts the articles of each'() {
    const answer = await WXAPI.cmsTags()
    shape(answer.data[0], { id: 'number', name: 'string', numberUse: 'number', dateAdd: 'string' })
    assert.deepEqual(answer.data.map(t => [t.name, t.numberUse]), [['新手', 2], ['下单', 1]])
    assert.deepEqual(await both('/cms/tags/list', {}), answer)
  }
})
