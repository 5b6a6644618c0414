import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ProcessResult, REPOSITORY_FOLDER, runCli } from '../../support/child-process.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const folder = createTempFolder()
for (const name of ['02-branching', '06-on-error'])
  copyFileSync(join(REPOSITORY_FOLDER, `examples/${name}.yaml`), join(folder.path, `${name}.yaml`))

const troupe = (...args: string[]): Promise<ProcessResult> =>
  runCli(args, { cwd: folder.path, env: { TROUPE_DB: undefined } })

const graph = suite('graph')

graph.after(() => folder.remove())

graph('without a format it prints SVG', async () => {
  const { stdout, stderr, exitCode } = await troupe('graph', '02-branching.yaml')
  assert.is(exitCode, 0)
  assert.match(stdout, /^<svg /)
  assert.match(stdout, /<\/svg>\n$/)
  assert.is(stderr, '')
})

for (const [format, beginning] of [
  ['mermaid', /^---\ntitle: "branching"\n---\nflowchart TD\n/],
  ['xstate', /^\{\n {2}"id": "branching",\n/],
  ['dot', /^digraph "branching" \{\n/],
] as const)
  graph(`--format ${format} prints text`, async () => {
    const { stdout, exitCode } = await troupe('graph', '02-branching.yaml', '--format', format)
    assert.is(exitCode, 0)
    assert.match(stdout, beginning)
  })

graph('the ending of the output says the format', async () => {
  const { stdout, exitCode } = await troupe('graph', '02-branching.yaml', '-o', 'picture.mmd')
  assert.is(exitCode, 0)
  assert.is(stdout, '')
  assert.match(readFileSync(join(folder.path, 'picture.mmd'), 'utf8'), 'flowchart TD')
})

graph('a run is drawn as it went, from its own definition', async () => {
  await troupe('run', '06-on-error.yaml', '--quiet')
  const { exitCode } = await troupe('graph', '--run', 'last', '-o', 'run.svg')
  assert.is(exitCode, 0)
  const svg = readFileSync(join(folder.path, 'run.svg'), 'utf8')
  assert.match(svg, 'class="ran failed" data-id="read"')
  assert.match(svg, 'class="ran completed" data-id="explain"')
  assert.match(svg, 'class="unreached" data-id="quote"')
})

for (const [args, message] of [
  [['graph', '02-branching.yaml', '--format', 'dott'], "did you mean 'dot'?"],
  [['graph'], 'there is nothing to draw'],
  [['graph', 'missing.yaml'], "'missing.yaml' does not exist"],
  [['graph', '--run', 'last', '--format', 'dot'], '--run shows nothing in dot'],
  [['graph', '02-branching.yaml', '--run', 'last'], "is one of 'on-error': expected one of 'branching'"],
  [['graph', '02-branching.yaml', '-o', 'no/such/folder.svg'], "'no/such/folder.svg' can't be written"],
] as const)
  graph(`troupe ${args.join(' ')} says: ${message}`, async () => {
    const { stdout, stderr, exitCode } = await troupe(...args)
    assert.is(exitCode, 2)
    assert.is(stdout, '')
    assert.match(stderr, message)
  })

graph('a picture of nothing is not written', async () => {
  const { exitCode } = await troupe('graph', 'missing.yaml', '-o', 'missing.svg')
  assert.is(exitCode, 2)
  assert.is(existsSync(join(folder.path, 'missing.svg')), false)
})

graph.run()
