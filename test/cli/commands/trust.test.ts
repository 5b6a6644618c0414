/** Repositories are not trusted because they were cloned: `troupe trust`, and commands that need trust. */
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clone, FETCH } from '../../support/cloned-repository.ts'
import { sendJson, startHttpServer, type TestServer } from '../../support/http-server.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('trust')

let server: TestServer
const requests: string[] = []
test.before(async () => {
  server = await startHttpServer(({ url, headers }, response) => {
    requests.push(`${url} ${headers.authorization ?? ''}`)
    return sendJson(response, { data: [{ id: 'big' }], ok: true })
  })
})
test.after(() => server.stop())
test.before.each(() => {
  requests.length = 0
})

const grantingConfig = (): string => `http: { allow: ["127.0.0.1"] }
secrets: { TOKEN: env }
env: [REGION]
providers: { own: { kind: openai, base_url: "${server.url}/v1", key: AWS_SECRET } }
`

const fetchIt = (): string[] => ['run', 'fetch.yaml', '--input', `url=${server.url}/x`]

test('a workflow that uses no grant runs without a word', async () => {
  const { cli } = clone({ 'troupe.config.yaml': grantingConfig() })
  const { exitCode, stderr } = await cli(['run', 'hello.yaml', '--input', 'name=Ada', '--quiet'])
  assert.is(exitCode, 0)
  assert.is(stderr, '')
})

test('a foreach over a file, or with its results in one, uses the grant of files', async () => {
  const body = 'do: [{ id: a, set: { x: item } }]'
  const { cli, resolve } = clone({
    'troupe.config.yaml': 'files: { read: [/etc], write: [out] }\n',
    'read.yaml': `workflow: read\nsteps: [{ id: f, foreach: { file: passwd, format: jsonl }, ${body} }]\n`,
    'write.yaml': `workflow: write\nsteps: [{ id: f, foreach: "[1]", results_to: x.jsonl, ${body} }]\n`,
  })
  for (const file of ['read.yaml', 'write.yaml']) {
    const { exitCode, stderr } = await cli(['run', file, '--quiet'])
    assert.is(exitCode, 3, stderr)
    assert.match(stderr, 'files')
  }
  assert.not(existsSync(resolve('out')))
})

test('a workflow that uses grants ends with exit code 3 where there is no terminal, and sends nothing', async () => {
  const { cli, resolve } = clone({ 'troupe.config.yaml': grantingConfig() })
  const fetched = await cli(fetchIt())
  assert.is(fetched.exitCode, 3)
  assert.match(
    fetched.stderr,
    `'fetch.yaml' uses what ${resolve('troupe.config.yaml')} grants, and that is not trusted`,
  )
  assert.match(fetched.stderr, 'http.allow (127.0.0.1), secrets.TOKEN (the variable TOKEN)')
  assert.match(fetched.stderr, 'hint: to see and trust it: troupe trust fetch.yaml; for this command alone: --trust')
  const asked = await cli(['run', 'ask.yaml'])
  assert.is(asked.exitCode, 3)
  assert.match(asked.stderr, `providers.own.base_url (${server.url}/v1), providers.own.key (the secret AWS_SECRET)`)
  assert.equal(requests, [])
})

test('--trust and TROUPE_TRUST=1 trust one command, and record nothing', async () => {
  const { cli, home } = clone({ 'troupe.config.yaml': grantingConfig() })
  assert.is((await cli([...fetchIt(), '--trust'])).exitCode, 0)
  assert.is((await cli(fetchIt(), { env: { TROUPE_TRUST: '1' } })).exitCode, 0)
  assert.equal(requests, ['/x planted-token', '/x planted-token'])
  assert.equal(readdirSync(home), [])
  assert.is((await cli(fetchIt(), { env: { TROUPE_TRUST: '0' } })).exitCode, 3)
})

test('troupe trust records the grants for the user alone, until --revoke', async () => {
  const { cli, home } = clone({ 'troupe.config.yaml': grantingConfig() })
  const shown = await cli(['trust', '--show'])
  assert.match(shown.stdout, /: 5 grants, not trusted\n {4}http\.allow +127\.0\.0\.1\n/)
  assert.is((await cli(fetchIt())).exitCode, 3)
  const trusted = await cli(['trust'])
  assert.match(trusted.stdout, /^✓ .*troupe\.config\.yaml is trusted now: 5 grants\n/)
  assert.is((await cli(fetchIt())).exitCode, 0)
  const [record = ''] = readdirSync(`${home}/troupe/trust`)
  assert.is(statSync(`${home}/troupe/trust/${record}`).mode & 0o777, 0o600)
  assert.is(statSync(`${home}/troupe/trust`).mode & 0o777, 0o700)
  assert.match((await cli(['trust', '--revoke'])).stdout, 'is no longer trusted')
  assert.is((await cli(fetchIt())).exitCode, 3)
})

test('a change of the grants asks again and shows the difference; any other change does not', async () => {
  const { cli, write } = clone({ 'troupe.config.yaml': grantingConfig() })
  await cli(['trust'])
  write('troupe.config.yaml', `${grantingConfig()}# a comment\ndurability: power\n`)
  assert.is((await cli(fetchIt())).exitCode, 0)
  write(
    'troupe.config.yaml',
    grantingConfig().replace('["127.0.0.1"]', '["127.0.0.1", "10.0.0.1"]').replace('REGION', 'HOME'),
  )
  const { exitCode, stderr } = await cli(fetchIt())
  assert.is(exitCode, 3)
  assert.match(
    stderr,
    'changed since it was trusted (+ http.allow 10.0.0.1, + env.HOME the variable HOME, - env.REGION the variable REGION)',
  )
  const { stdout } = await cli(['trust'])
  assert.match(stdout, / {2}\+ http\.allow +10\.0\.0\.1\n/)
  assert.match(stdout, / {2}- env\.REGION +the variable REGION\n/)
  assert.is((await cli(fetchIt())).exitCode, 0)
})

test('trust in one folder is no trust in another with the same config', async () => {
  const one = clone({ 'troupe.config.yaml': grantingConfig() })
  const other = clone({ 'troupe.config.yaml': grantingConfig() })
  await one.cli(['trust'])
  assert.is((await other.cli(fetchIt(), { env: { XDG_CONFIG_HOME: one.home } })).exitCode, 3)
})

test('a secret that a workflow reads and no config lists needs trust as well', async () => {
  const { cli } = clone({
    'troupe.config.yaml': '',
    'fetch.yaml': FETCH.replace(/^input.*\n/m, '')
      .replace('${input.url}', 'http://127.0.0.1:1/')
      .replace('    with', '    retry: { max: 1 }\n    with'),
  })
  const run = ['run', 'fetch.yaml']
  const refused = await cli(run)
  assert.is(refused.exitCode, 3)
  assert.match(refused.stderr, 'secrets.TOKEN (the variable TOKEN)')
  assert.match((await cli(['trust'])).stdout, 'grants nothing that needs trust')
  assert.is((await cli(run)).exitCode, 3)
  assert.match((await cli(['trust', 'fetch.yaml'])).stdout, 'is trusted now: 1 grant')
  const performed = await cli(run)
  assert.is(performed.exitCode, 1)
  assert.match(performed.stderr, 'address_blocked')
})

test('a folder that a link leads out of the project is outside, also when the link is changed later', async () => {
  const outside = createTempFolder({ 'a.txt': 'secret' }).path
  const { cli, resolve } = clone({
    'troupe.config.yaml': 'files: { read: [data] }\n',
    'read.yaml': 'workflow: read\nsteps:\n  - { id: read, tool: files.read, with: { path: a.txt } }\n',
  })
  symlinkSync(outside, resolve('data'))
  const { exitCode, stderr } = await cli(['run', 'read.yaml'])
  assert.is(exitCode, 3)
  assert.match(stderr, `files.read (${outside})`)
})

test('a database outside the project is not opened; one that the user names is', async () => {
  const outside = `${createTempFolder().path}/all.db`
  const { cli } = clone({ 'troupe.config.yaml': `db: ${outside}\n` })
  const run = ['run', 'hello.yaml', '--input', 'name=Ada']
  for (const args of [run, ['runs'], ['serve']]) {
    const { exitCode, stderr } = await cli(args)
    assert.is(exitCode, 3, args.join(' '))
    assert.match(stderr, `db (${outside})`)
  }
  assert.is((await cli([...run, '--db', outside])).exitCode, 0)
  assert.is((await cli(['plan', 'hello.yaml'])).exitCode, 0)
})

test('a server needs trust in all that its config grants', async () => {
  const { cli } = clone({ 'troupe.config.yaml': grantingConfig() })
  const { exitCode, stderr } = await cli(['serve'])
  assert.is(exitCode, 3)
  assert.match(stderr, 'a server uses what')
})

test('a resumed run needs the trust that it began with', async () => {
  const { cli } = clone({ 'troupe.config.yaml': grantingConfig() })
  const submitted = await cli(['submit', ...fetchIt().slice(1), '--json'])
  assert.is(submitted.exitCode, 0)
  const { run } = JSON.parse(submitted.stdout)
  assert.is((await cli(['resume', run])).exitCode, 3)
  assert.equal(requests, [])
  assert.is((await cli(['trace', run])).exitCode, 0)
  await cli(['trust'])
  assert.is((await cli(['resume', run])).exitCode, 0)
})

test('commands that perform nothing have no side effects and ask nothing', async () => {
  const { cli, resolve, home } = clone({ 'troupe.config.yaml': `${grantingConfig()}db: /nowhere/all.db\n` })
  for (const args of [
    ['validate', 'fetch.yaml'],
    ['validate', 'ask.yaml'],
    ['graph', 'ask.yaml'],
    ['plan', 'ask.yaml'],
    ['simulate', 'ask.yaml'],
    ['schema'],
  ]) {
    const { exitCode, stderr } = await cli(args)
    assert.is(exitCode, 0, `${args.join(' ')}: ${stderr}`)
    assert.not.match(stderr, 'trust')
  }
  assert.equal(requests, [])
  assert.equal(readdirSync(home), [])
  assert.not.ok(readdirSync(resolve('.')).includes('.troupe'))
})

test('doctor sends nothing and reads no secret; online it asks trusted providers, and says which and where', async () => {
  const { cli, resolve } = clone({
    'troupe.config.yaml': `${grantingConfig()}files: { read: [.] }\n`.replace('TOKEN: env', 'TOKEN: { file: key }'),
  })
  // A file whose content is not read: reading a folder would fail.
  mkdirSync(resolve('key'))
  const examine = async (...args: string[]) => {
    const { stdout, stderr } = await cli(['doctor', 'ask.yaml', '--json', ...args], { env: { REGION: 'eu' } })
    const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; detail: string }[] }
    return { stderr, of: (name: string) => checks.filter((one) => one.name === name).map(({ detail }) => detail) }
  }
  const untrusted = await examine('--online')
  assert.equal(untrusted.of('trust'), ['5 grants of the config not trusted yet; troupe trust --show lists them'])
  assert.equal(untrusted.of('provider'), ["the address or key of 'own' is not trusted: it is not examined"])
  assert.equal(untrusted.of('secret'), ['TOKEN is set'])
  await cli(['trust'])
  const offline = await examine()
  assert.equal(offline.of('provider'), [`own at ${server.url}/v1 is not asked without --online`])
  assert.is(offline.stderr, '')
  assert.equal(requests, [])
  const online = await examine('--online')
  assert.is(online.stderr, `asking own at ${server.url}/v1 …\n`)
  assert.equal(online.of('model'), ['own/big is there'])
  assert.equal(requests, ['/v1/models Bearer planted-key'])
})

test('a project that init makes is trusted, and its workflow asks nothing', async () => {
  const { cli, resolve } = clone({})
  await cli(['init', 'flows'])
  const { exitCode, stderr } = await cli(['run', 'workflow.yaml', '--quiet'], { cwd: resolve('flows') })
  assert.is(exitCode, 0, stderr)
  assert.is(stderr, '')
})

test.run()
