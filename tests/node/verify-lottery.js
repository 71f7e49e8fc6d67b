'use strict'

// Replays a revealed lottery from its first draw, by the formula in src/Silo.Lotteries/README.md and nothing else:
//
//   node verify-lottery.js LOTTERY_ID SEED_HASH FILE...
//
// SEED_HASH is what DescribeLottery showed before the end. The files hold the answers of
// silo.lotteries.v1.LotteriesService/RevealLottery for all pages in their order, one after the other, as `buf curl`
// prints them: { "seed": "...", "seedHash": "...", "rules": [...], "draws": [...], "totalCount": "..." } { ... }
// Prints how many draws it has checked; names the first that does not fit, and fails.

const { createHash, createHmac } = require('node:crypto')
const fs = require('node:fs')

const fail = (message) => {
  console.error(message)
  process.exit(1)
}

const big = (value) => BigInt(value ?? 0)

const draw = (key, lottery, version, position, pseudonym, total) => {
  const limit = 2n ** 64n - (2n ** 64n % total)
  for (let attempt = 0; ; attempt++) {
    const text = `${lottery}:${version}:${position}:${pseudonym}:${attempt}`
    const number = createHmac('sha256', key).update(text, 'ascii').digest().readBigUInt64BE(0)
    if (number < limit) {
      return number % total
    }
  }
}

// The JSON objects of a text, with or without blanks between them.
const objects = (text) => {
  const found = []
  let depth = 0
  let start = 0
  // A text in quotes is one token, so that braces in it do not count.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) {
      start = index
    } else if (token === '}' && --depth === 0) {
      found.push(JSON.parse(text.slice(start, index + 1)))
    }
  }

  return found
}

const [lotteryId, seedHash, ...files] = process.argv.slice(2)
const pages = objects(files.map(file => fs.readFileSync(file, 'utf8')).join('\n'))
if (pages.length === 0) {
  fail('Usage: node verify-lottery.js LOTTERY_ID SEED_HASH FILE...')
}

const seed = Buffer.from(pages[0].seed, 'hex')
if (createHash('sha256').update(seed).digest('hex') !== seedHash) {
  fail('The seed is not the one that was committed to.')
}

const rules = new Map(pages.flatMap(page => page.rules ?? []).map(rule => [rule.version, {
  version: rule.version,
  first: big(rule.firstPosition),
  isDeck: rule.mode === 'LOTTERY_MODE_DECK',
  prizes: rule.prizes.map(prize => ({
    id: prize.id, weight: big(prize.weight), stock: big(prize.stock), isNone: prize.kind === 'PRIZE_KIND_NONE'
  }))
}]))
const won = new Map()
const wonOf = (prize) => won.get(prize.id) ?? 0n
const draws = pages.flatMap(page => page.draws ?? [])
if (big(pages[0].totalCount) !== BigInt(draws.length)) {
  fail(`${draws.length} of ${big(pages[0].totalCount)} draws are there; read all pages.`)
}

let latest = 0
draws.forEach((revealed, index) => {
  const position = BigInt(index + 1)
  if (big(revealed.position) !== position) {
    fail(`Position ${position} is missing.`)
  }

  // Versions follow each other, and another one begins where it says.
  const rule = rules.get(revealed.ruleVersion)
  if (!rule || rule.version < latest || (rule.version > latest && rule.first !== position)) {
    fail(`Position ${position} was not drawn by the rule that held.`)
  }

  latest = rule.version

  const share = (prize) => rule.isDeck ? prize.stock - wonOf(prize) : prize.weight
  const total = rule.prizes.reduce((sum, prize) => sum + share(prize), 0n)
  let rest = draw(seed, lotteryId, rule.version, position, revealed.pseudonym, total)
  let drawn = rule.prizes.find(prize => {
    if (rest < share(prize)) {
      return true
    }

    rest -= share(prize)
    return false
  })
  if (!rule.isDeck && drawn.stock > 0n && wonOf(drawn) >= drawn.stock) {
    drawn = rule.prizes.find(prize => prize.isNone && prize.stock === 0n)
  }

  if (drawn.id !== revealed.prizeId) {
    fail(`Position ${position} drew ${drawn.id}, and the list says ${revealed.prizeId}.`)
  }

  won.set(drawn.id, wonOf(drawn) + 1n)
})
console.log(`${draws.length} draws checked`)
