'use strict'

// Replays a revealed lottery from its first draw, by the formula in src/Silo.Lotteries/README.md and nothing else. Reads
// the answers of silo.lotteries.v1.LotteriesService/RevealLottery from a file, as one JSON object with the lottery's id:
// { "lotteryId": "1", "reveal": { "seed": "...", "seedHash": "...", "rules": [...], "draws": [...] } }
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

const { lotteryId, reveal } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const seed = Buffer.from(reveal.seed, 'hex')
if (createHash('sha256').update(seed).digest('hex') !== reveal.seedHash) {
  fail('The seed is not the one that was committed to.')
}

const rules = reveal.rules.map(rule => ({
  version: rule.version,
  first: big(rule.firstPosition),
  isDeck: rule.mode === 'LOTTERY_MODE_DECK',
  prizes: rule.prizes.map(prize => ({
    id: prize.id, weight: big(prize.weight), stock: big(prize.stock), isNone: prize.kind === 'PRIZE_KIND_NONE'
  }))
}))
const won = new Map()
const wonOf = (prize) => won.get(prize.id) ?? 0n
const draws = reveal.draws ?? []
draws.forEach((revealed, index) => {
  const position = BigInt(index + 1)
  if (big(revealed.position) !== position) {
    fail(`Position ${position} is missing.`)
  }

  const rule = rules.filter(r => r.first <= position).at(-1)
  if (rule?.version !== revealed.ruleVersion) {
    fail(`Position ${position} was not drawn by the rule that held.`)
  }

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
