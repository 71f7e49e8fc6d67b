'use strict'

const assert = require('node:assert/strict')
const { WXAPI, both, plain, shape, run } = require('./wx')

const pwd = 'secret-word'
const invalid = [2000, '当前登录token无效，请重新登录']
const login = { token: 'string', uid: 'number' }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

run({
  async 'register_username without login has no data'() {
    plain(await WXAPI.register_username({ username: 'sdk-first', pwd, referrer: '', nick: undefined }), 0, 'success')
  },
  async 'register_username of a name that is taken'() {
    plain(await WXAPI.register_username({ username: 'SDK-First', pwd }), 10000, '用户名已被使用')
  },
  async 'register_username with autoLogin logs in'() {
    const answer = await WXAPI.register_username({
      username: 'sdk-second', pwd, autoLogin: true, nick: '小明', province: '浙江', city: '杭州', referrer: 'scan',
      postJsonString: JSON.stringify({ size: 'L' })
    })
    assert.equal(answer.code, 0)
    shape(answer.data, login)
    assert.match(answer.data.token, uuid)
    plain(await WXAPI.checkToken(answer.data.token), 0)
  },
  async 'register_username with autoLogin of an existing name logs in, or says that the password is wrong'() {
    const again = await WXAPI.register_username({ username: 'sdk-second', pwd, autoLogin: 'true' })
    assert.equal(again.code, 0)
    shape(again.data, login)
    plain(await WXAPI.register_username({ username: 'sdk-second', pwd: 'wrong-word', autoLogin: true }), -2, '用户名或密码错误')
  },
  async 'register_username names what is missing or wrong'() {
    plain(await WXAPI.register_username({ username: '', pwd }), 300, '缺少参数: username')
    plain(await both('/user/username/register', { username: 'sdk-third', pwd: undefined }), 300, '缺少参数: pwd')
    plain(await both('/user/username/register', { username: 'sdk-third', pwd, autoLogin: 'perhaps' }), 300, '参数错误: autoLogin')
    plain(await both('/user/username/register', { username: 'ab', pwd }), 300)
    plain(await both('/user/username/register', { username: 'sdk-third', pwd: 'short' }), 300)
    plain(await both('/user/username/register', { username: 'x'.repeat(33), pwd }), 300, '参数错误')
  },
  async 'register_username by GET'() {
    const answer = await WXAPI.request('/user/username/register', true, 'get', { username: 'sdk-fourth', pwd, autoLogin: '1' })
    assert.equal(answer.code, 0)
    shape(answer.data, login)
  },
  async 'login_username by POST and GET'() {
    for (const method of ['post', 'get']) {
      const answer = await WXAPI.request('/user/username/login', true, method, {
        username: 'sdk-second', pwd, deviceId: 'device-1', deviceName: '手机'
      })
      assert.equal(answer.code, 0)
      shape(answer.data, login)
      plain(await both('/user/check-token', { token: answer.data.token }), 0)
    }
  },
  async 'login_username with what is wrong'() {
    plain(await WXAPI.login_username({ username: 'sdk-second', pwd: 'wrong-word' }), -2, '用户名或密码错误')
    plain(await WXAPI.login_username({ username: 'sdk-nobody', pwd }), -2, '用户名或密码错误')
    plain(await both('/user/username/login', { username: null, pwd }), 300, '缺少参数: username')
    plain(await both('/user/username/login', {}), 300, '缺少参数: username')
  },
  async 'checkToken of what is no token'() {
    for (const token of [undefined, null, '', 'x', '00000000-0000-4000-8000-000000000000', '口令', 'a b', 'a\nb', 'x'.repeat(300)]) {
      plain(await WXAPI.checkToken(token), ...invalid)
      plain(await both('/user/check-token', { token }), ...invalid)
    }
    plain(await both('/user/check-token', {}), ...invalid)
  },
  async 'loginout ends the token at once'() {
    for (const method of ['get', 'post']) {
      const { data } = await WXAPI.login_username({ username: 'sdk-second', pwd })
      plain(await WXAPI.request('/user/loginout', true, method, { token: data.token }), 0, 'success')
      plain(await both('/user/check-token', { token: data.token }), ...invalid)
      plain(await both('/user/loginout', { token: data.token }), ...invalid)
    }
    const { data } = await WXAPI.login_username({ username: 'sdk-second', pwd })
    plain(await WXAPI.loginout(data.token), 0)
    plain(await WXAPI.loginout(data.token), ...invalid)
  },
  async 'a function that is still to come, one that nobody knows, and a shop that nobody knows'() {
    plain(await WXAPI.orderStatistics('any'), 701)
    plain(await both('/no/such/function', {}), 404)
    const { settings } = require('./wx')
    WXAPI.init2(settings.baseUrl, 'another-shop')
    plain(await both('/user/check-token', {}), 400)
    WXAPI.init2(settings.baseUrl, settings.merchantId)
    plain(await both('/user/check-token', {}), ...invalid)
    WXAPI.init2(`${settings.baseUrl}//`, settings.subDomain)
    plain(await both('//user///check-token', {}), ...invalid)
    WXAPI.init2(settings.baseUrl, settings.subDomain)
  }
})
