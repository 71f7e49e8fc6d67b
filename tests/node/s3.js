'use strict'

// An S3-compatible server with one bucket, on a port of its own; prints the port. It checks signatures, and ends with
// its standard input.

const S3rver = require('s3rver')

const [directory, bucket] = process.argv.slice(2)
const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: bucket }] })
server.run((error, address) => {
  if (error) {
    throw error
  }

  console.log(address.port)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
