'use strict'

const assert = require('node:assert/strict')
const path = require('node:path')
const { WXAPI, settings, plain, shape, run } = require('./wx')

const { token, directory } = settings
const file = {
  id: 'number', name: 'string', originalName: 'string', size: 'string', type: 'string', url: 'string'
}

run({
  async 'uploadFile answers where the picture is, and it is there, also smaller'() {
    const answer = await WXAPI.uploadFile(token, path.join(directory, '照片.jpg'))
    assert.equal(answer.code, 0)
    shape(answer.data, file)
    assert.deepEqual([answer.data.originalName, answer.data.type], ['照片.jpg', 'jpg'])
    assert.ok(answer.data.url.startsWith(`${settings.baseUrl}/files/`))
    for (const suffix of ['', '_m', '_s']) {
      const picture = await fetch(answer.data.url + suffix)
      assert.equal(picture.status, 200)
      assert.equal(picture.headers.get('content-type'), 'image/jpeg')
      assert.ok((await picture.arrayBuffer()).byteLength > 100)
    }
  },
  async 'uploadFile of what is no picture is refused in the envelope'() {
    plain(await WXAPI.uploadFile(token, path.join(directory, 'page.jpg')), 300, '仅支持JPG、PNG、GIF、WebP图片')
  },
  async 'uploadFile without a valid token'() {
    plain(await WXAPI.uploadFile('', path.join(directory, '照片.jpg')), 2000)
    plain(await WXAPI.uploadFile(undefined, path.join(directory, '照片.jpg')), 2000)
    plain(await WXAPI.uploadFile('x', path.join(directory, '照片.jpg')), 2000)
  }
})
