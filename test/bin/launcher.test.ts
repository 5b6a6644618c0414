import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { REPOSITORY_FOLDER, type RunningProcess, startProcess } from '../support/child-process.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'

const LAUNCHER = readFileSync(join(REPOSITORY_FOLDER, 'bin/troupe.js'), 'utf8')

/** Stands for the bundled command line: says who it is, then does what its first argument says. */
const CLI = `
let interrupts = 0
process.on('SIGINT', () => console.log('interrupted ' + ++interrupts))
process.on('SIGTERM', () => { console.log('interrupts ' + interrupts); process.exit(7) })
console.log('cli ' + process.pid + ' ' + process.argv.slice(2).join(' '))
if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]))
if (process.argv[2] === 'die') process.kill(process.pid, process.argv[3])
if (process.argv[2] === 'stay') setInterval(() => {}, 1000)
`

/** Loaded first, to make the launcher see an old Node, or a terminal. */
const PRETEND_OLD = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })\n`
const PRETEND_TERMINAL = `Object.defineProperty(process.stdin, 'isTTY', { value: true })\n`

const createInstallation = (options: { isBuilt?: boolean; hasPinnedNode?: boolean } = {}): TempFolder => {
  const folder = createTempFolder({
    'package.json': '{ "type": "module" }',
    'bin/package.json': readFileSync(join(REPOSITORY_FOLDER, 'bin/package.json'), 'utf8'),
    'bin/troupe.js': LAUNCHER,
    'old.cjs': PRETEND_OLD,
    'old-on-terminal.cjs': PRETEND_OLD + PRETEND_TERMINAL,
  })
  if (options.isBuilt !== false) folder.write('dist/cli.js', CLI)
  if (options.hasPinnedNode !== false) {
    folder.write('node_modules/node/package.json', '{ "name": "node" }')
    folder.write('node_modules/node/bin/.keep', '')
    symlinkSync(process.execPath, folder.resolve('node_modules/node/bin/node'))
  }
  return folder
}

const launch = (folder: TempFolder, args: string[], preload?: string): RunningProcess => {
  const requires = preload === undefined ? [] : ['-r', folder.resolve(preload)]
  return startProcess([process.execPath, ...requires, folder.resolve('bin/troupe.js'), ...args])
}

const test = suite('launcher')

test('a Node that is new enough runs the command line in the same process', async () => {
  const launched = launch(createInstallation({ hasPinnedNode: false }), ['exit', '5', 'a b'])
  const { exitCode, stdout } = await launched.done
  assert.is(stdout, `cli ${launched.pid} exit 5 a b\n`)
  assert.is(exitCode, 5)
})

test('an old Node hands over to the pinned one, with arguments and exit code', async () => {
  const launched = launch(createInstallation(), ['exit', '6', 'a b'], 'old.cjs')
  const { exitCode, stdout } = await launched.done
  assert.match(stdout, /^cli \d+ exit 6 a b\n$/)
  assert.not.match(stdout, `cli ${launched.pid} `)
  assert.is(exitCode, 6)
})

test('the launcher ends by the signal that ended the command line', async () => {
  const { signal } = await launch(createInstallation(), ['die', 'SIGKILL'], 'old.cjs').done
  assert.is(signal, 'SIGKILL')
})

test('without a terminal an interrupt is passed on once', async () => {
  const launched = launch(createInstallation(), ['stay'], 'old.cjs')
  await launched.waitFor('stay')
  launched.kill('SIGINT')
  // Two signals on their way at once may come in any order.
  await launched.waitFor('interrupted 1')
  launched.kill('SIGTERM')
  const { exitCode, stdout } = await launched.done
  assert.match(stdout, 'interrupts 1\n')
  assert.is(exitCode, 7)
})

test('on a terminal, which tells both processes, an interrupt is not passed on', async () => {
  const launched = launch(createInstallation(), ['stay'], 'old-on-terminal.cjs')
  await launched.waitFor('stay')
  launched.kill('SIGINT')
  launched.kill('SIGTERM')
  const { exitCode, stdout } = await launched.done
  assert.match(stdout, 'interrupts 0\n')
  assert.is(exitCode, 7)
})

test('an old Node without a pinned one is told what to install', async () => {
  const { exitCode, stderr } = await launch(createInstallation({ hasPinnedNode: false }), [], 'old.cjs').done
  assert.match(stderr, 'Node is too old: expected 24 or newer, got 20.1.0')
  assert.match(stderr, 'npm install node@24')
  assert.is(exitCode, 3)
})

test('the launcher needs the Node that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(join(REPOSITORY_FOLDER, 'package.json'), 'utf8')) as {
    engines: { node: string }
  }
  assert.is(`>=${/NEEDED_MAJOR = (\d+)/.exec(LAUNCHER)?.[1]}`, engines.node)
})

test('a package that is not built says how to build it', async () => {
  const { exitCode, stderr } = await launch(createInstallation({ isBuilt: false }), []).done
  assert.match(stderr, 'npm run build')
  assert.is(exitCode, 3)
})

test('the launcher has no syntax that Node 12 can not parse', async () => {
  const supported = { 'dynamic-import': true }
  const asIs = await transform(LAUNCHER, { target: 'esnext', supported })
  const forNode12 = await transform(LAUNCHER, { target: 'es2019', supported })
  assert.is(forNode12.code, asIs.code)
})

test.run()
