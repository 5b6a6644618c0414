import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../../support/cli-project.ts'
import { startOldPostgres } from '../../support/old-postgres.ts'
import { execute, onPostgres, startPostgres, withoutPostgres } from '../../support/postgres-server.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('Postgres: passwords, certificates and versions')

const add = onPostgres(test)

const folder = createTempFolder()
const project = createCliProject()

/** A certificate for localhost that is its own authority. */
const certificate = folder.resolve('server.crt')

test.before(async () => {
  if (withoutPostgres !== undefined) return
  const server = await startPostgres()
  const key = join(server.data, 'server.key')
  const flags = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    key,
    '-out',
    certificate,
  ]
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...flags])
  assert.is(made.status, 0, String(made.stderr))
  const copy = join(server.data, 'server.crt')
  writeFileSync(copy, readFileSync(certificate))
  chmodSync(key, 0o600)
  for (const file of [key, copy])
    if (server.account !== undefined) chownSync(file, server.account.uid, server.account.gid)
  const access = join(server.data, 'pg_hba.conf')
  writeFileSync(access, `host all careful all scram-sha-256\n${readFileSync(access, 'utf8')}`)
  const url = server.urlOf('postgres')
  await execute(url, `create role careful superuser login password 'right word'`)
  await execute(url, 'alter system set ssl = on')
  await execute(url, 'select pg_reload_conf()')
})

interface Case {
  title: string
  change(url: URL): void
  /** Undefined: it is opened. */
  says?: RegExp
  hint?: RegExp
}

const CASES: Case[] = [
  {
    title: 'a timeout that is no number',
    change: (url) => url.searchParams.set('statement_timeout', 'soon'),
    says: /refuses a parameter \(22023: /,
    hint: /\?statement_timeout=30000, which is in milliseconds/,
  },
  {
    title: 'a search_path without a schema',
    change: (url) => url.searchParams.set('options', '-c search_path=none'),
    says: /has no schema for the tables/,
    hint: /create schema NAME/,
  },
  {
    title: 'a wrong password',
    change: (url) => Object.assign(url, { username: 'careful', password: 'wrong' }),
    says: /refuses the login \(28P01/,
    hint: /correct the user and the password/,
  },
  {
    title: 'no password where one is needed',
    change: (url) => Object.assign(url, { username: 'careful' }),
    says: /refuses the login/,
    hint: /correct the user and the password/,
  },
  {
    title: 'the right password',
    change: (url) => Object.assign(url, { username: 'careful', password: 'right%20word' }),
  },
  { title: 'sslmode=disable', change: (url) => url.searchParams.set('sslmode', 'disable') },
  {
    title: 'sslmode=require, which does not check the certificate',
    change: (url) => url.searchParams.set('sslmode', 'require'),
  },
  {
    title: 'sslmode=verify-full with a certificate of no known authority',
    change: (url) => url.searchParams.set('sslmode', 'verify-full'),
    says: /has a certificate that is not trusted/,
    hint: /sslrootcert=FILE/,
  },
  {
    title: 'sslmode=verify-full with the authority, under a name that the certificate does not have',
    change: (url) => {
      url.searchParams.set('sslmode', 'verify-full')
      url.searchParams.set('sslrootcert', certificate)
    },
    says: /has a certificate for another name/,
    hint: /the name that its certificate has/,
  },
  {
    title: 'sslmode=verify-full with the authority and the name',
    change: (url) => {
      url.hostname = 'localhost'
      url.searchParams.set('sslmode', 'verify-full')
      url.searchParams.set('sslrootcert', certificate)
    },
  },
  {
    title: 'an authority in a file that is missing',
    change: (url) => {
      url.searchParams.set('sslmode', 'verify-full')
      url.searchParams.set('sslrootcert', folder.resolve('nowhere.crt'))
    },
    says: /nowhere\.crt/,
    hint: /sslrootcert/,
  },
  {
    title: 'an sslmode that is not known',
    change: (url) => url.searchParams.set('sslmode', 'perhaps'),
    says: /sslmode 'perhaps' is not known/,
    hint: /sslmode=verify-full/,
  },
]
for (const { title, change, says, hint } of CASES)
  add(`${title} is ${says === undefined ? 'opened' : 'refused with exit code 3, and what to do'}`, async () => {
    const url = new URL(await (await startPostgres()).createDatabase())
    change(url)
    await expectSaid(url.href, { says, hint })
  })

const expectSaid = async (url: string, { says, hint }: { says?: RegExp | undefined; hint?: RegExp | undefined }) => {
  const { stderr, exitCode } = await project.troupe(['runs', '--db', url])
  if (says === undefined) return assert.equal([stderr.trim(), exitCode], ['no runs', 0])
  assert.is(exitCode, 3, stderr)
  const lines = stderr.trim().split('\n')
  assert.is(lines.length, 2, stderr)
  assert.match(lines[0] ?? '', says)
  assert.match(lines[1] ?? '', hint ?? '')
  assert.not.match(stderr, 'wrong')
}

add('a server that is too old is refused with exit code 3, and what to do', async () => {
  const old = await startOldPostgres(120_004)
  await expectSaid(old.url, { says: /is on Postgres 12: expected 14 or newer/, hint: /update the server/ })
  await old.close()
})

test.run()
