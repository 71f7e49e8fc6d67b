'use strict'

// An S3-compatible server with one bucket, on a port of its own; prints the port, and ends with its standard input. The
// server itself does not look at signatures of version 4, so what stands before it does, as the public description of
// AWS Signature Version 4 says.

const { createHash, createHmac } = require('node:crypto')
const http = require('node:http')
const S3rver = require('s3rver')

const key = 'S3RVER'
const [directory, bucket] = process.argv.slice(2)

const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest()
const hash = (text) => createHash('sha256').update(text).digest('hex')

/** Whether a request is signed with the key. */
const isSigned = ({ method, url, headers }) => {
  const parts = /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)$/
    .exec(headers.authorization ?? '')
  if (parts === null || parts[1] !== key) {
    return false
  }

  const [, , day, region, names, signature] = parts
  const [path, query = ''] = url.split('?')
  const parameters = query.split('&').filter(Boolean).map(p => p.includes('=') ? p : `${p}=`).sort().join('&')
  const signed = names.split(';').map(name => `${name}:${headers[name].trim()}\n`).join('')
  const request = [method, path, parameters, signed, names, headers['x-amz-content-sha256']].join('\n')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/${region}/s3/aws4_request`, hash(request)].join('\n')
  const signing = hmac(hmac(hmac(hmac(`AWS4${key}`, day), region), 's3'), 'aws4_request')
  return region === 'us-east-1' && hmac(signing, text).toString('hex') === signature
}

const store = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: bucket }] })
store.run((error, { port }) => {
  if (error) {
    throw error
  }

  const front = http.createServer((request, response) => {
    if (!isSigned(request)) {
      request.resume()
      response.writeHead(403, { 'content-type': 'application/xml' })
      response.end('<Error><Code>SignatureDoesNotMatch</Code><Message>The signature is wrong.</Message></Error>')
      return
    }

    const { method, url, headers } = request
    request.pipe(http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    }))
  })
  front.listen(0, '127.0.0.1', () => console.log(front.address().port))
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
