import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool, TOOL_DESCRIPTIONS } from '../../../src/actors/tools/tool-catalogue.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { runProcess } from '../../support/child-process.ts'
import { createToolOptions } from '../../support/tool-options.ts'

const catalogue = suite('tool catalogue')

catalogue('every available tool loads, as what its description says', async () => {
  for (const { available, ...description } of TOOL_DESCRIPTIONS) {
    if (!available) continue
    const { perform, ...loaded } = await loadTool(description.name, createToolOptions())
    assert.equal(loaded, description)
    assert.type(perform, 'function')
  }
})

catalogue('names are unique', () => {
  const names = TOOL_DESCRIPTIONS.map(({ name }) => name)
  assert.is(new Set(names).size, names.length)
})

catalogue('reading tools are those that change nothing', () => {
  const reading = TOOL_DESCRIPTIONS.filter(({ writes }) => !writes).map(({ name }) => name)
  const expected =
    'http.get files.read files.list json.query text.template csv.parse time.now memory.get memory.search memory.list'
  assert.equal(reading, expected.split(' '), 'a tool with `writes: false` is retried: check it, then list it here')
})

catalogue('a tool of a later release is unavailable, an unknown one not_found', async () => {
  const later = await catchFault(() => loadTool('memory.get', createToolOptions()))
  assert.equal([later.code, later.message], ['unavailable', "the tool 'memory.get' comes in a later release"])
  const unknown = await catchFault(() => loadTool('htp.get', createToolOptions()))
  assert.equal([unknown.code, unknown.message], ['not_found', "there is no tool 'htp.get', did you mean 'http.get'?"])
})

catalogue('to know the tools loads neither their code nor a library', async () => {
  const module = new URL('../../../src/actors/tools/tool-catalogue.ts', import.meta.url).href
  const script = `await import('${module}'); console.log(process.moduleLoadList.filter((name) => /NativeModule (http|https|zlib|dns)$/.test(name)).join())`
  const { stdout } = await runProcess([process.execPath, '--input-type=module', '--eval', script])
  assert.is(stdout.trim(), '')
})

catalogue('time.now says what the clock says', async () => {
  const tool = await loadTool('time.now', { ...createToolOptions(), now: () => Date.UTC(2030, 0, 2) })
  const { createActorContext } = await import('../../support/actor-context.ts')
  assert.equal(await tool.perform({}, createActorContext()), {
    iso: '2030-01-02T00:00:00.000Z',
    epoch_ms: 1893542400000,
  })
})

catalogue.run()
