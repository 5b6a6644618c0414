/** A fork whose process is killed: what it has from its origin is never performed, seen from outside. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'
import { startEffectServer } from '../support/effect-server.ts'

const NAMES = ['one', 'two', 'three', 'four', 'five']

const step = (name: string): string => `
  - id: ${name}
    tool: http.post
    with: { url: "\${input.url}/${name}" }
    on_lost: retry`

const CHAIN = `workflow: chain
input: { url: string }
steps:${NAMES.map(step).join('')}
output: "[${NAMES.map((name) => `steps.${name}.output.body.name`).join(', ')}]"
`

const test = suite('a fork whose process is killed')

test('J3 goes on from what it has copied and done, and repeats at most what was in flight', async () => {
  let delay = 0
  const server = await startEffectServer(() => delay)
  const project = createCliProject({
    'chain.yaml': CHAIN,
    'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\n',
  })
  try {
    const first = await project.troupe(['run', 'chain.yaml', '-i', `url=${server.url}`, '--json'])
    const { run: origin, output } = JSON.parse(first.stdout)
    assert.equal(output, NAMES)
    delay = 400
    const fork = project.start(['fork', 'last', '--from', 'three', '-q'])
    await server.waitForMore(2)
    fork.kill('SIGKILL')
    await fork.done
    delay = 0
    const resumed = await project.troupe(['resume', '--json'])
    const { run, output: ended } = JSON.parse(resumed.stdout)
    assert.equal(ended, NAMES)
    assert.is.not(run, origin)
    const count = (name: string): number => server.seen.filter((effect) => effect.name === name).length
    assert.equal(NAMES.map(count), [1, 1, 2, 3, 2], 'the fourth was in flight')
    const trace = JSON.parse((await project.troupe(['trace', run, '--json'])).stdout)
    assert.equal(trace.origin, { kind: 'fork', of: origin })
    assert.is(trace.fork.rows, 2)
  } finally {
    await server.close()
    project.remove()
  }
})

test.run()
