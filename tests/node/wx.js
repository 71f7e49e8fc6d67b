'use strict'

// The platform object that apifm-wxapi expects, over Node's http. Absent values go out as the texts "undefined" and
// "null", which is what careless clients send.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const last = { text: '' }

// What the server's log must not have; printed, so that whoever reads the log knows it.
const secrets = new Set()

const noteSecrets = (object) => {
  for (const key of ['token', 'pwd', 'number']) {
    if (typeof object?.[key] === 'string' && /^[!-~]{8,}$/.test(object[key])) {
      secrets.add(object[key])
    }
  }
}

const encode = (data) => Object.entries(data ?? {})
  .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&')

globalThis.wx = {
  request({ url, method, data, header, success, fail, complete }) {
    noteSecrets(data)
    const get = method.toUpperCase() === 'GET'
    const body = get ? '' : encode(data)
    const query = get ? encode(data) : ''
    const address = new URL(query ? `${url}?${query}` : url)
    const request = http.request(address, { method: method.toUpperCase(), headers: header, agent: false }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        last.text = Buffer.concat(chunks).toString('utf8')
        assert.equal(response.statusCode, 200)
        assert.equal(response.headers['content-type'], 'application/json; charset=utf-8')
        const answer = JSON.parse(last.text)
        noteSecrets(answer.data)
        success({ statusCode: response.statusCode, header: response.headers, data: answer })
        complete()
      })
    })
    request.on('error', (error) => {
      fail(error)
      complete()
    })
    request.end(body)
  },
  uploadFile({ url, filePath, name, formData, success, fail, complete }) {
    const boundary = '----silo'
    const field = ([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`
    const body = Buffer.concat([
      Buffer.from(Object.entries(formData ?? {}).map(field).join('')),
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${path.basename(filePath)}"\r\n`
        + 'Content-Type: application/octet-stream\r\n\r\n'),
      fs.readFileSync(filePath),
      Buffer.from(`\r\n--${boundary}--\r\n`)
    ])
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length }
    const request = http.request(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        last.text = Buffer.concat(chunks).toString('utf8')
        success({ statusCode: response.statusCode, data: last.text })
        complete()
      })
    })
    request.on('error', (error) => {
      fail(error)
      complete()
    })
    request.end(body)
  }
}

const WXAPI = require('apifm-wxapi')

const settings = JSON.parse(process.env.SILO_TEST)
WXAPI.init2(settings.baseUrl, settings.subDomain)

/** Calls one path as GET and as POST; the answers must be alike, and one of them is returned. */
const both = async (path, data) => {
  const get = await WXAPI.request(path, true, 'get', data)
  const post = await WXAPI.request(path, true, 'post', data)
  assert.deepEqual(get, post)
  return post
}

/** An answer without data. */
const plain = (answer, code, msg) => {
  assert.deepEqual(Object.keys(answer), ['code', 'msg'])
  assert.equal(answer.code, code)
  msg === undefined ? assert.ok(answer.msg.length > 0) : assert.equal(answer.msg, msg)
}

/** Checks that an object has exactly these fields, of these types. */
const shape = (object, types) => {
  assert.deepEqual(Object.fromEntries(Object.entries(object).map(([key, value]) => [key, typeof value])), types)
}

const times = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/

/** Runs the steps one after the other and says which one failed. */
const run = async (steps) => {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step()
      console.log(`ok ${name}`)
    } catch (error) {
      console.error(`failed: ${name}\nlast answer: ${last.text}\n${error.stack}`)
      process.exit(1)
    }
  }
  secrets.forEach(secret => console.log(`secret ${secret}`))
}

module.exports = { WXAPI, settings, last, both, plain, shape, times, run }
