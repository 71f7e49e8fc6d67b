'use strict'

const assert = require('node:assert/strict')
const { WXAPI, both, plain, shape, times, run } = require('./wx')

const pwd = 'secret-word'
const invalid = [2000, '当前登录token无效，请重新登录']
const base = {
  id: 'number', userId: 'number', source: 'number', sourceStr: 'string', status: 'number', statusStr: 'string', pwd: 'string',
  isSeller: 'boolean', isIdcardCheck: 'boolean', isFaceCheck: 'boolean', isManager: 'boolean', isShopManager: 'boolean',
  isTeamLeader: 'boolean', isTeamMember: 'boolean', isUserAttendant: 'boolean', isSendRegisterCoupons: 'boolean',
  cardNumber: 'string', dateAdd: 'string', ipAdd: 'string', dateLogin: 'string', ipLogin: 'string', secondsAfterRegister: 'number'
}
const address = {
  id: 'number', uid: 'number', userId: 'number', linkMan: 'string', mobile: 'string', address: 'string', provinceId: 'string',
  cityId: 'string', provinceStr: 'string', cityStr: 'string', areaStr: 'string', isDefault: 'boolean', status: 'number',
  statusStr: 'string', dateAdd: 'string', dateUpdate: 'string'
}
const known = {}

const register = async (username, more) => (await WXAPI.register_username({ username, pwd, autoLogin: true, ...more })).data
const add = (token, more) => WXAPI.addAddress({
  token, linkMan: '王', mobile: '13800138000', address: '街1号', provinceId: '110000000000', cityId: '110100000000', ...more
})

run({
  async 'userDetail of a new user'() {
    const inviter = await register('sdk-inviter')
    known.user = await register('sdk-user', { referrer: inviter.uid, postJsonString: JSON.stringify({ 学校: '一中' }) })
    const { code, data } = await WXAPI.userDetail(known.user.token)
    assert.equal(code, 0)
    assert.deepEqual(Object.keys(data), ['base', 'ext', 'referrer'])
    assert.deepEqual(data.referrer, { id: inviter.uid, nick: data.referrer.nick, avatarUrl: data.referrer.avatarUrl })
    shape(data.base, { ...base, referrer: 'number' })
    assert.deepEqual(data.ext, { 学校: '一中' })
    assert.deepEqual(
      [data.base.id, data.base.userId, data.base.referrer, data.base.pwd, data.base.statusStr, data.base.source, data.base.sourceStr],
      [known.user.uid, 1, inviter.uid, 'yes', '默认', 2, '用户名注册'])
    assert.match(data.base.dateAdd, times)
    assert.equal(data.base.dateLogin, data.base.dateAdd)
    shape((await WXAPI.userDetail(inviter.token)).data.base, base)
    assert.equal((await WXAPI.userDetail(inviter.token)).data.ext, undefined)
    assert.match(data.base.cardNumber, /^\d{18}$/)
    assert.notEqual((await WXAPI.userDetail(inviter.token)).data.base.cardNumber, data.base.cardNumber)
  },
  async 'modifyUserInfo changes what is given and nothing else'() {
    const { token } = known.user
    plain(await WXAPI.modifyUserInfo({
      token, nick: '小明', avatarUrl: 'https://example.com/a.png', province: '浙江', city: '杭州', gender: 1,
      birthday: '1990-02-28', extJsonStr: JSON.stringify({ 学校: '', 身高: 180, 性格: '好' })
    }), 0, 'success')
    plain(await WXAPI.modifyUserInfo({ token, nick: '小红', avatarUrl: '', city: undefined, gender: null, extJsonStr: '' }), 0, 'success')
    const { data } = await WXAPI.userDetail(token)
    const { nick, avatarUrl, province, city, gender, birthday } = data.base
    assert.deepEqual({ nick, avatarUrl, province, city, gender, birthday }, {
      nick: '小红', avatarUrl: 'https://example.com/a.png', province: '浙江', city: '杭州', gender: 1, birthday: '1990-02-28'
    })
    assert.deepEqual(data.ext, { 身高: '180', 性格: '好' })
    const before = JSON.stringify({ ...data, base: { ...data.base, secondsAfterRegister: 0 } })
    for (const [wrong, msg] of [
      [{ gender: 3 }, '参数错误'], [{ gender: 'x' }, '参数错误: gender'], [{ birthday: '1990/2/28' }, '生日格式错误'],
      [{ avatarUrl: 'javascript:alert(1)' }, '头像地址错误'], [{ extJsonStr: '[]' }, '扩展属性格式错误'], [{ nick: 'x'.repeat(65) }, '参数错误']
    ]) {
      plain(await both('/user/modify', { token, nick: 'x', ...wrong }), 300, msg)
    }
    plain(await both('/user/modify', { token, extJsonStr: JSON.stringify(Object.fromEntries([...Array(51)].map((_, i) => [i, 'x']))) }), -99)
    const after = (await WXAPI.userDetail(token)).data
    assert.equal(JSON.stringify({ ...after, base: { ...after.base, secondsAfterRegister: 0 } }), before)
  },
  async 'addAddress: the first is the default'() {
    const { token } = known.user
    plain(await WXAPI.queryAddress(token), 700)
    plain(await WXAPI.defaultAddress(token), 700)
    const first = await add(token, { districtId: '', isDefault: 'false', code: '', extJsonStr: undefined })
    assert.equal(first.code, 0)
    shape(first.data, address)
    assert.deepEqual(
      [first.data.provinceStr, first.data.cityStr, first.data.areaStr, first.data.isDefault, first.data.status, first.data.statusStr, first.data.uid],
      ['北京市', '市辖区', '-', true, 0, '正常', known.user.uid])
    assert.match(first.data.dateAdd, times)
    const second = await add(token, {
      linkMan: '李', districtId: '110101000000', streetId: '110101001000', isDefault: 'true', code: '100006', latitude: '39.9',
      longitude: 116.4, status: 1, extJsonStr: JSON.stringify({ tag: '家' })
    })
    shape(second.data, {
      ...address, districtId: 'string', streetId: 'string', streetStr: 'string', code: 'string', latitude: 'number', longitude: 'number'
    })
    assert.deepEqual(
      [second.data.areaStr, second.data.streetStr, second.data.code, second.data.latitude, second.data.longitude, second.data.statusStr],
      ['东城区', '东华门街道', '100006', 39.9, 116.4, '禁用'])
    Object.assign(known, { first: first.data.id, second: second.data.id })
    const list = await both('/user/shipping-address/list', { token })
    assert.deepEqual(list.data.map((a) => [a.id, a.isDefault]), [[known.second, true], [known.first, false]])
    assert.deepEqual((await WXAPI.queryAddress(token)).data, list.data)
  },
  async 'defaultAddress and addressDetail, v1 and v2'() {
    const { token } = known.user
    const v1 = await both('/user/shipping-address/default', { token })
    assert.equal(v1.data.id, known.second)
    assert.deepEqual((await WXAPI.defaultAddress(token)).data, { info: v1.data, extJson: { tag: '家' } })
    assert.deepEqual((await WXAPI.addressDetail(token, known.second)).data, { info: v1.data, extJson: { tag: '家' } })
    assert.deepEqual((await both('/user/shipping-address/detail', { token, id: known.second })).data, v1.data)
    assert.deepEqual((await WXAPI.addressDetail(token, known.first)).data.extJson, {})
    plain(await WXAPI.addressDetail(token, 1), 700)
    plain(await WXAPI.addressDetail(token, 'x'), 300, '参数错误: id')
  },
  async 'updateAddress chooses, changes, clears'() {
    const { token } = known.user
    assert.equal((await WXAPI.updateAddress({ token, id: known.first, isDefault: 'true' })).code, 0)
    assert.equal((await WXAPI.defaultAddress(token)).data.info.id, known.first)
    const changed = await WXAPI.updateAddress({ token, id: known.second, linkMan: '赵', mobile: '', streetId: undefined, districtId: null })
    assert.deepEqual(
      [changed.data.linkMan, changed.data.mobile, changed.data.areaStr, changed.data.isDefault], ['赵', '13800138000', '东城区', false])
    const cleared = await WXAPI.updateAddress({ token, id: known.second, districtId: '' })
    assert.deepEqual([cleared.data.areaStr, cleared.data.districtId, cleared.data.streetId], ['-', undefined, undefined])
    plain(await both('/user/shipping-address/update', { token, id: known.second, cityId: '330100000000' }), 300, '所在地区错误')
    plain(await both('/user/shipping-address/update', { token, id: known.second, latitude: 'x' }), 300, '参数错误: latitude')
    plain(await both('/user/shipping-address/update', { token, id: 1, linkMan: 'x' }), 700)
  },
  async 'the list in pages, by name and telephone'() {
    const { token } = known.user
    const all = await both('/user/shipping-address/list/v2', { token })
    assert.deepEqual([all.data.totalRow, all.data.totalPage, all.data.result.length], [2, 1, 2])
    const page = await both('/user/shipping-address/list/v2', { token, page: 2, pageSize: 1 })
    assert.deepEqual([page.data.totalRow, page.data.totalPage, page.data.result[0].id], [2, 2, known.second])
    assert.equal((await both('/user/shipping-address/list/v2', { token, nameLike: '赵' })).data.totalRow, 1)
    plain(await both('/user/shipping-address/list/v2', { token, mobileLike: '999' }), 700)
  },
  async 'addAddress names what is missing or wrong'() {
    const { token } = known.user
    plain(await add(token, { linkMan: '' }), 300, '缺少参数: linkMan')
    plain(await add(token, { cityId: 'null' }), 300, '缺少参数: cityId')
    plain(await add(token, { cityId: '110101000000' }), 300, '所在地区错误')
    plain(await add(token, { latitude: 1 }), 300, '经纬度错误')
    plain(await add(token, { status: 2 }), 300, '参数错误: status')
    plain(await add('', {}), ...invalid)
  },
  async 'another user sees nothing of it'() {
    const other = await register('sdk-other')
    plain(await WXAPI.queryAddress(other.token), 700)
    plain(await WXAPI.addressDetail(other.token, known.first), 700)
    plain(await WXAPI.updateAddress({ token: other.token, id: known.first, linkMan: 'x' }), 700)
    plain(await WXAPI.deleteAddress(other.token, known.first), 700)
  },
  async 'deleteAddress promotes the newest remaining'() {
    const { token } = known.user
    plain(await WXAPI.deleteAddress(token, known.first), 0, 'success')
    plain(await WXAPI.deleteAddress(token, known.first), 700)
    assert.equal((await WXAPI.defaultAddress(token)).data.info.id, known.second)
    for (let i = 1; i < 50; i++) {
      assert.equal((await add(token, {})).code, 0)
    }
    plain(await add(token, {}), -99, '最多可保存50个收货地址')
  },
  async 'without a token nothing is told'() {
    for (const path of ['/user/detail', '/user/modify', '/user/delete', '/user/shipping-address/list', '/user/shipping-address/default/v2']) {
      plain(await both(path, {}), ...invalid)
    }
  },
  async 'userDelete ends the account and frees its name'() {
    const { token, uid } = known.user
    plain(await WXAPI.request('/user/delete', true, 'post', { token }), 0, 'success')
    plain(await WXAPI.userDetail(token), ...invalid)
    plain(await WXAPI.login_username({ username: 'sdk-user', pwd }), -2)
    const again = await register('sdk-user')
    assert.notEqual(again.uid, uid)
    plain(await WXAPI.queryAddress(again.token), 700)
  }
})
