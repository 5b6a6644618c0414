/** Ways around trust: links, repositories in repositories, databases elsewhere, records and configs of other accounts. */
import { chmodSync, chownSync, existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProcessResult } from '../../support/child-process.ts'
import { HELLO } from '../../support/cli-project.ts'
import { clone, FETCH } from '../../support/cloned-repository.ts'
import { sendJson, startHttpServer, type TestServer } from '../../support/http-server.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('borders of trust')
const ifRoot = process.getuid?.() === 0 ? test : test.skip

let server: TestServer
test.before(async () => {
  server = await startHttpServer((_, response) => sendJson(response, { ok: true }))
})
test.after(() => server.stop())

const grantingConfig = (): string => `http: { allow: ["127.0.0.1"] }
secrets: { TOKEN: env }
`

const fetchIt = (): string[] => ['run', 'fetch.yaml', '--input', `url=${server.url}/x`]

test('a database server that a config names is not connected to, whatever the parameters of its URL', async () => {
  const seen: string[] = []
  const postgres = createServer((socket) => {
    seen.push('connected')
    socket.destroy()
  })
  await new Promise<void>((resolve) => postgres.listen(0, '127.0.0.1', resolve))
  const { port } = postgres.address() as AddressInfo
  const { cli } = clone({
    'troupe.config.yaml': `db: "postgres://ann:pw-of-ann@db.example/runs?host=127.0.0.1&port=${port}&password=other-pw"\n`,
  })
  for (const args of [['run', 'hello.yaml', '--input', 'name=Ada'], ['runs'], ['plan', 'hello.yaml'], ['doctor']]) {
    const { stdout, stderr } = await cli(args, { env: { PGPASSWORD: 'planted-password' } })
    assert.not.match(stdout + stderr, /pw-of-ann|other-pw/)
    if (args[0] !== 'plan' && args[0] !== 'doctor')
      assert.match(stderr, `db (postgres://ann@db.example/runs?host=127.0.0.1&port=${port})`)
  }
  assert.equal(seen, [])
  postgres.close()
})

test('a default database that a link leads out of the project is outside, with a config and without', async () => {
  const outside = createTempFolder().path
  for (const files of [{}, { 'troupe.config.yaml': 'durability: power\n' }] as Record<string, string>[]) {
    const { cli, resolve } = clone(files)
    symlinkSync(outside, resolve('.troupe'))
    const { exitCode, stderr } = await cli(['run', 'hello.yaml', '--input', 'name=Ada'])
    assert.is(exitCode, 3)
    assert.match(stderr, `db (${outside}/troupe.db)`)
    assert.equal(readdirSync(outside), [])
    assert.match((await cli(['trust'])).stdout, /is trusted now: 1 grant\n/)
  }
})

test('a link to the trusted config of another project is no trust', async () => {
  const { cli, resolve, home } = clone({ 'troupe.config.yaml': grantingConfig() })
  await cli(['trust'])
  assert.is((await cli(fetchIt())).exitCode, 0)
  const other = clone({})
  symlinkSync(resolve('troupe.config.yaml'), other.resolve('troupe.config.yaml'))
  const { exitCode, stderr } = await other.cli(fetchIt(), { env: { XDG_CONFIG_HOME: home } })
  assert.is(exitCode, 3)
  assert.match(stderr, `uses what ${other.resolve('troupe.config.yaml')} grants`)
})

test('a repository that was cloned into a trusted project gets nothing of it', async () => {
  const { cli, write } = clone({ 'troupe.config.yaml': grantingConfig(), 'own/fetch.yaml': FETCH })
  write('cloned/fetch.yaml', FETCH)
  write('cloned/.git/HEAD', 'ref: refs/heads/main')
  await cli(['trust'])
  const fetch = (folder: string) => cli(['run', `${folder}/fetch.yaml`, '--input', `url=${server.url}/x`])
  assert.is((await fetch('own')).exitCode, 0)
  const { exitCode, stderr } = await fetch('cloned')
  assert.is(exitCode, 3)
  assert.match(stderr, 'secrets.TOKEN (the variable TOKEN)')
})

ifRoot('a config that another account put above the folder is passed over', async () => {
  const { cli, write, resolve } = clone({ 'troupe.config.yaml': 'db: above.db\n' })
  write('mine/hello.yaml', HELLO)
  chownSync(resolve('mine'), 1234, 1234)
  const run = (): Promise<ProcessResult> => cli(['run', 'mine/hello.yaml', '--input', 'name=Ada'])
  chownSync(resolve('troupe.config.yaml'), 4321, 4321)
  assert.is((await run()).exitCode, 0)
  assert.not(existsSync(resolve('above.db')))
  for (const owner of [0, 1234]) {
    chownSync(resolve('troupe.config.yaml'), owner, owner)
    await run()
    assert.ok(existsSync(resolve('above.db')), `a config of ${owner} counts`)
    rmSync(resolve('above.db'))
  }
})

test('a record that another account owns or may write is no trust, and a new one replaces it', async () => {
  const { cli, home } = clone({ 'troupe.config.yaml': grantingConfig() })
  const folder = `${home}/troupe/trust`
  const spoil: ((file: string) => void)[] = [(file) => chmodSync(file, 0o666), (file) => chmodSync(file, 0o620)]
  if (process.getuid?.() === 0) spoil.push((file) => chownSync(file, 1234, 1234))
  for (const change of spoil) {
    await cli(['trust'])
    assert.is((await cli(fetchIt())).exitCode, 0)
    const [record = ''] = readdirSync(folder)
    change(`${folder}/${record}`)
    assert.is((await cli(fetchIt())).exitCode, 3)
  }
})

test('a child workflow, a text or a config that a link leads to a device is an error, and is not waited for', async () => {
  const { cli, resolve, write } = clone({
    'parent.yaml': 'workflow: parent\nsteps: [{ id: call, workflow: child }]\n',
    'by_path.yaml': 'workflow: by_path\nsteps: [{ id: call, workflow: child.yaml }]\n',
  })
  symlinkSync('/dev/zero', resolve('child.yaml'))
  for (const file of ['parent.yaml', 'by_path.yaml']) {
    const { exitCode, stdout, stderr } = await cli(['validate', file], { timeoutMs: 20_000 })
    assert.is(exitCode, 2, stdout + stderr)
    assert.match(stdout + stderr, 'unknown_workflow')
  }
  write('plain/hello.yaml', HELLO)
  symlinkSync('/dev/zero', resolve('plain/troupe.config.yaml'))
  const { exitCode, stderr } = await cli(['validate', 'plain/hello.yaml'], { timeoutMs: 20_000 })
  assert.is(exitCode, 2)
  assert.match(stderr, "can't be read: it is a device")
})

test('an alias of YAML grants what it stands for, and a change of its anchor asks again', async () => {
  const { cli, write } = clone({})
  const config = (key: string): string =>
    `providers:\n  own: &p { kind: openai, base_url: "${server.url}/v1", key: ${key} }\n  two: *p\n`
  write('troupe.config.yaml', config('OWN_KEY'))
  assert.match((await cli(['trust'])).stdout, /providers\.two\.key +the secret OWN_KEY/)
  write('troupe.config.yaml', config('AWS_SECRET'))
  const { exitCode, stderr } = await cli(['run', 'ask.yaml'])
  assert.is(exitCode, 3)
  assert.match(stderr, '+ providers.two.key the secret AWS_SECRET')
})

test.run()
