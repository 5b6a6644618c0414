import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { startBuiltCli } from '../support/child-process.ts'
import { startEffectServer } from '../support/effect-server.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'
import { inForm } from './form.ts'
import { formatHistogram, killAgainAndAgain } from './kill-loop.ts'

const KILLS = Number(process.env.TROUPE_TEST_KILLS ?? inForm(20, 100))
const CHILDREN = ['ada', 'bob', 'cy']
const EFFECTS_EACH = 40

const PARENT = `workflow: parent
input: { url: string, names: [string] }
steps:
  - id: each
    foreach: input.names
    as: name
    do:
      - id: call
        workflow: child
        with: { url: "\${input.url}", name: "\${name}" }
output: { children: steps.each.output }
`

const CHILD = `workflow: child
input: { url: string, name: string }
steps:
  - id: polling
    loop: { until: "iter.count >= ${EFFECTS_EACH}", max: 1000 }
    do:
      - id: poll
        tool: http.post
        with: { url: "\${input.url}/\${input.name}-\${iter.count}" }
        key: "input.name + string(iter.count)"
        retry: { max: 1000, backoff: 5ms..20ms }
output: { last: steps.poll.output.body.name }
`

const writeFamily = (folder: TempFolder): string => {
  folder.write('troupe.config.yaml', 'http: { allow: ["127.0.0.1"] }\n')
  folder.write('child.yaml', CHILD)
  return folder.write('parent.yaml', PARENT)
}

const family = suite('a parent with three children')

family('ends as undisturbed though it is killed again and again', async () => {
  const folder = createTempFolder()
  const server = await startEffectServer(() => 1 + Math.random() * 5)
  try {
    const { shares, completed, repeated, keysChanged } = await killAgainAndAgain({
      folder: folder.path,
      file: writeFamily(folder),
      input: JSON.stringify({ url: server.url, names: CHILDREN }),
      server,
      kills: KILLS,
      effects: CHILDREN.length * EFFECTS_EACH,
      judge: (output) =>
        assert.equal(output, { children: CHILDREN.map((name) => ({ last: `${name}-${EFFECTS_EACH}` })) }),
    })
    console.log(`${shares.length} kills, ${completed} families completed`)
    console.log(formatHistogram(shares))
    assert.is(repeated, 0, 'recorded effects performed again')
    assert.is(keysChanged, 0, 'effects whose key changed between attempts')
  } finally {
    await server.close()
    folder.remove()
  }
})

family('cancelled from outside, takes its children with it', async () => {
  const folder = createTempFolder()
  const server = await startEffectServer(() => 20)
  try {
    const database = folder.resolve('family.db')
    const input = JSON.stringify({ url: server.url, names: CHILDREN })
    const parent = startBuiltCli(['run', writeFamily(folder), '--db', database, '--json', '--input', input])
    await server.waitForMore(12)
    const store = await openSqliteStore({ path: database, durability: 'process' })
    const [run] = await store.listRuns()
    assert.is((await startBuiltCli(['cancel', run?.id ?? '', '--db', database]).done).exitCode, 0)
    assert.is((await parent.done).exitCode, 1)
    const children = await store.listRuns({ parent: run?.id ?? '' })
    assert.equal(
      children.map(({ status }) => status),
      ['cancelled', 'cancelled', 'cancelled'],
    )
    await store.close()
  } finally {
    await server.close()
    folder.remove()
  }
})

family.run()
