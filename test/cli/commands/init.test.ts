import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createStarterFiles } from '../../../src/app/project/starter-project.ts'
import { REPOSITORY_FOLDER } from '../../support/child-process.ts'
import { createCliProject } from '../../support/cli-project.ts'

const FILES = Object.keys(createStarterFiles())

const test = suite('troupe init')

test('the new project is valid, and runs at once', async () => {
  const project = createCliProject()
  const { stdout, exitCode } = await project.troupe(['init', 'flows'])
  assert.is(exitCode, 0)
  for (const name of FILES) assert.ok(existsSync(project.resolve(join('flows', name))), name)
  assert.match(stdout, 'Next:\n  cd flows\n  troupe run workflow.yaml\n')
  const cwd = project.resolve('flows')
  const validated = JSON.parse((await project.troupe(['validate', 'workflow.yaml', '--json'], { cwd })).stdout)
  assert.equal(validated, { ok: true, diagnostics: [] })
  const ran = await project.troupe(['run', 'workflow.yaml', '--json'], { cwd })
  assert.equal(JSON.parse(ran.stdout).output, { greeted: 3, file: 'greetings.md' })
  assert.match(project.read('flows/out/greetings.md'), '- Hello, Ada from London!\n')
  assert.is((await project.troupe(['trace', 'last'], { cwd })).exitCode, 0)
})

test('the schemas are those of this version, where the editor looks for them', async () => {
  const project = createCliProject()
  await project.troupe(['init'])
  for (const name of ['workflow', 'config']) {
    const shipped = readFileSync(join(REPOSITORY_FOLDER, `schema/${name}.schema.json`), 'utf8')
    assert.equal(JSON.parse(project.read(`schema/${name}.schema.json`)), JSON.parse(shipped))
  }
  const settings = JSON.parse(project.read('.vscode/settings.json'))
  for (const schema of Object.keys(settings['yaml.schemas'])) assert.ok(existsSync(project.resolve(schema)), schema)
  assert.match(project.read('workflow.yaml'), /^# yaml-language-server: \$schema=schema\/workflow\.schema\.json\n/)
})

test('what is there is not overwritten, and nothing is written beside it', async () => {
  const project = createCliProject({ 'workflow.yaml': 'mine' })
  const { stderr, exitCode } = await project.troupe(['init'])
  assert.is(exitCode, 2)
  assert.match(stderr, "nothing was written: in '.' there is already workflow.yaml\n")
  assert.is(project.read('workflow.yaml'), 'mine')
  assert.not.ok(existsSync(project.resolve('troupe.config.yaml')))
})

test('a repository keeps its .gitignore, and is told what belongs into it', async () => {
  const project = createCliProject({ '.gitignore': 'node_modules/\n' })
  const { stdout, exitCode } = await project.troupe(['init'])
  assert.is(exitCode, 0)
  assert.match(stdout, '.gitignore is there already; add to it: .troupe/ out/')
  assert.is(project.read('.gitignore'), 'node_modules/\n')
})

test('a file is no place for a project', async () => {
  const project = createCliProject({ 'notes.txt': 'mine' })
  const { stderr, exitCode } = await project.troupe(['init', 'notes.txt'])
  assert.is(exitCode, 2)
  assert.match(stderr, "'notes.txt' is a file: expected a folder")
  assert.ok(statSync(project.resolve('notes.txt')).isFile())
})

test('who came by npx is told to go on so, and a folder with blanks is quoted', async () => {
  const project = createCliProject()
  const { stdout } = await project.troupe(['init', 'my flows'], { env: { npm_command: 'exec' } })
  assert.match(stdout, "  cd 'my flows'\n  npx troupe run workflow.yaml\n")
})

test('as JSON it says what was written', async () => {
  const project = createCliProject()
  const { stdout } = await project.troupe(['init', 'flows', '--json'])
  assert.equal(JSON.parse(stdout), { folder: project.resolve('flows'), files: FILES })
})

test.run()
