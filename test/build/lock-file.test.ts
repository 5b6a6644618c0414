import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

interface LockedPackage {
  version?: string
  resolved?: string
  gypfile?: boolean
  optionalDependencies?: Record<string, string>
}

const lock = JSON.parse(readFileSync(join(REPOSITORY_FOLDER, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

const test = suite('lock file')

test('it names the packages of every platform, which `npm ci` insists on', () => {
  const missing = Object.entries(lock.packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${parent}/node_modules/${name}` in lock.packages),
      )
      .map((name) => `${parent} → ${name}`),
  )
  assert.equal(missing, [], 'expected no missing packages; run: node build/lock.ts')
})

test('it keeps npm from compiling better-sqlite3, which brings its binaries', () => {
  assert.is(
    lock.packages['node_modules/better-sqlite3']?.gypfile,
    false,
    'expected gypfile: false; run: node build/lock.ts',
  )
})

test('it names no host to install from', () => {
  const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? [])
  assert.equal(resolved, [])
})

test.run()
