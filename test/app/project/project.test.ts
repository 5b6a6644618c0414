import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Project, type ProjectOptions, readProject } from '../../../src/app/project/project.ts'
import { readSecrets, readVariables, toToolOptions } from '../../../src/app/project/project-access.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('project')

const CONFIG = `db: data/runs.db
durability: power
files: { read: [data, shared], write: [out] }
http: { allow: ["127.0.0.1:8080"] }
env: [REGION, UNSET]
secrets: { TOKEN: env, KEY: { file: key.txt } }
`

const folder = createTempFolder({ 'team/troupe.config.yaml': CONFIG, 'team/flows/deep/x.yaml': '', 'bare/y.yaml': '' })

const read = async (options: Partial<ProjectOptions>): Promise<Project> => {
  const { project } = await readProject({
    folder: folder.resolve('team/flows/deep'),
    workingFolder: folder.resolve('bare'),
    environment: {},
    trust: true,
    ...options,
  })
  if (project === undefined) throw new Error('the config has errors')
  return project
}

const pathOf = ({ database }: Project): string => (database.kind === 'sqlite' ? database.path : database.kind)

test('the config is found beside the workflow or above it', async () => {
  assert.is((await read({})).configFile, folder.resolve('team/troupe.config.yaml'))
  assert.is((await read({ folder: folder.resolve('bare') })).configFile, undefined)
})

test('a flag wins over the environment, the environment over the config, the config over the default', async () => {
  const environment = { TROUPE_DB: 'env.db' }
  assert.is(pathOf(await read({ db: 'flag.db', environment })), folder.resolve('bare/flag.db'))
  assert.is(pathOf(await read({ environment })), folder.resolve('bare/env.db'))
  assert.is(pathOf(await read({})), folder.resolve('team/data/runs.db'))
  assert.is(pathOf(await read({ folder: folder.resolve('bare') })), folder.resolve('bare/.troupe/troupe.db'))
})

const ADDRESSES: [text: string, path: string][] = [
  ['a.db', 'bare/a.db'],
  ['file:a.db', 'bare/a.db'],
  ['sqlite:a.db', 'bare/a.db'],
  ['sqlite://a.db', 'bare/a.db'],
]

for (const [text, path] of ADDRESSES)
  test(`--db ${text} is a file`, async () => assert.is(pathOf(await read({ db: text })), folder.resolve(path)))

test('--db file:///… is an absolute path, and memory: is no file', async () => {
  assert.is(pathOf(await read({ db: 'file:///tmp/a.db' })), '/tmp/a.db')
  assert.is(pathOf(await read({ db: 'memory:' })), 'memory')
})

test('tools reach what the config opens, and never the database or the config', async () => {
  const { files, http } = toToolOptions(await read({}), '/flows')
  const team = folder.resolve('team')
  assert.equal(files.read, [join(team, 'data'), join(team, 'shared')])
  assert.equal(files.write, [join(team, 'out')])
  for (const name of ['troupe.config.yaml', 'data/runs.db', 'data/runs.db-wal', 'data/runs.db-journal', 'key.txt'])
    assert.ok(files.protected.includes(join(team, name)), name)
  assert.ok(files.protected.includes(join(team, 'out/troupe.config.yaml')), 'a config that a tool would make')
  assert.equal(http.allow, ['127.0.0.1:8080'])
})

test("without a config, tools reach the workflow's folder", async () => {
  const { files } = toToolOptions(await read({ folder: folder.resolve('bare') }), '/flows')
  assert.equal([files.read, files.write], [['/flows'], ['/flows']])
})

test('expressions read the variables that the config lists, and no other', async () => {
  assert.equal(readVariables(await read({}), { REGION: 'eu', HOME: '/home/ada' }), { REGION: 'eu' })
})

test('secrets come from variables and files; a missing or short one is a problem of its own', async () => {
  const project = await read({})
  const environment = { TOKEN: 'long enough', SHORT: 'abc' }
  folder.write('team/key.txt', 'key from a file\n')
  const { values, problems } = readSecrets(['TOKEN', 'KEY', 'SHORT', 'GONE'], { project, environment })
  assert.equal(values, { TOKEN: 'long enough', KEY: 'key from a file' })
  assert.equal(
    problems.map(({ message }) => message),
    [
      "secret 'SHORT' is too short: expected at least 8 characters, got 3",
      "secret 'GONE' has no value: the environment variable is not set",
    ],
  )
})

test.run()
