'use strict'

const assert = require('node:assert/strict')
const { WXAPI, settings, both, plain, shape, times, run } = require('./wx')

const { token, uid, approved } = settings
const common = {
  id: 'number', content: 'string', type: 'number', typeStr: 'string', status: 'number', statusStr: 'string',
  commentUserInfo: 'object', dateAdd: 'string'
}
const ids = (answer) => answer.data.map(c => c.id)

let feedback

run({
  async 'commentList shows what is approved, with its author and the reply'() {
    const answer = await both('/comment/list', { refId: 5, type: 3 })
    assert.deepEqual(await WXAPI.commentList({ refId: 5, type: 3 }), answer)
    const [comment] = answer.data
    shape(comment, { ...common, refId: 'number', uid: 'number', reply: 'string', dateReply: 'string' })
    assert.deepEqual(
      [comment.id, comment.uid, comment.type, comment.typeStr, comment.status, comment.statusStr, comment.reply],
      [approved, uid, 3, 'CMS文章评论', 2, '通过', '谢谢'])
    assert.deepEqual(comment.commentUserInfo, { nick: '小王' })
    assert.match(comment.dateAdd, times)
    assert.match(comment.dateReply, times)
  },
  async 'commentList by filters'() {
    for (const data of [{}, { pid: 0 }, { uid }, { isReply: true }, { status: 2 }, { st: 1 }, { token: 'x' }, { token }, { refId: '', type: undefined }]) {
      assert.deepEqual(ids(await both('/comment/list', data)), [approved], JSON.stringify(data))
    }
    for (const data of [{ refId: 6 }, { type: 0 }, { pid: approved }, { uid: 1 }, { isReply: false }, { status: 0 }, { page: 2 }]) {
      plain(await both('/comment/list', data), 700)
    }
    plain(await both('/comment/list', { type: 7 }), 300, '参数错误: type')
    plain(await both('/comment/list', { status: 'x' }), 300, '参数错误: status')
  },
  async 'commentList in its second form'() {
    const { data } = await both('/comment/list/v2', {})
    assert.deepEqual([ids({ data: data.result }), data.totalRow, data.totalPage], [[approved], 1, 1])
    plain(await both('/comment/list/v2', { refId: 6 }), 700)
  },
  async 'addComment with a token is seen by its author until it is reviewed'() {
    const answer = await WXAPI.addComment({
      token, type: 1, content: '反馈 <img src=x>', extJsonStr: JSON.stringify({ 姓名: '王', 联系电话: '13800138000' }), pid: 0, pics: ''
    })
    assert.equal(answer.code, 0)
    shape(answer.data, { ...common, uid: 'number', extJson: 'object' })
    assert.deepEqual([answer.data.content, answer.data.status, answer.data.statusStr], ['反馈 ＜img src=x>', 0, '待审核'])
    assert.deepEqual(answer.data.extJson, { 姓名: '王', 联系电话: '13800138000' })
    feedback = answer.data.id
    assert.deepEqual(ids(await WXAPI.commentList({ token, type: 1 })), [feedback])
    plain(await WXAPI.commentList({ type: 1 }), 700)
  },
  async 'addComment without a token is a stranger'() {
    const answer = await WXAPI.addComment({ content: '路过', type: 0 })
    assert.equal(answer.code, 0)
    shape(answer.data, common)
    assert.deepEqual(answer.data.commentUserInfo, { nick: '匿名用户' })
  },
  async 'addComment replies'() {
    const answer = await WXAPI.addComment({ token, content: '回复', pid: approved })
    assert.deepEqual([answer.data.pid, answer.data.refId, answer.data.type], [approved, 5, 3])
  },
  async 'addComment says what is wrong'() {
    plain(await WXAPI.addComment({}), 300, '缺少参数: content')
    plain(await WXAPI.addComment({ content: 'x', token: 'x' }), 2000)
    plain(await WXAPI.addComment({ content: 'x', pid: 987654321 }), 700)
    plain(await WXAPI.addComment({ content: 'x', extJsonStr: '[' }), 300)
    plain(await WXAPI.addComment({ content: 'x', pics: 'https://elsewhere.example/a.jpg' }), 300)
    plain(await WXAPI.addComment({ content: 'x', pics: '["a.jpg"]' }), 300)
    plain(await WXAPI.addComment({ content: 'x'.repeat(2001) }), 300)
  }
})
