/** R10: a server performs runs whose inputs are made to be slow, and definitions that can't be compiled; a secret is planted in each run. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { textPair } from '../compiler/expression/hostile-values.ts'
import { formsToLookFor, MARK, plantSecrets } from '../integration/planted-project.ts'
import { sendJson, startHttpServer } from '../support/http-server.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'
import { HOSTILE, PROBE, readBlocked, submitHostile } from './hostile-sources.ts'
import { onStage, type Stage, until } from './stage.ts'

const INPUTS = inForm(40, 1_000)

/** One of so many inputs is a definition. */
const INPUTS_A_DEFINITION = 5

/** The most on a machine that does nothing else; on others it is printed. */
const LONGEST_BLOCK_MS = 50

const test = suite('bad input of a server')

const EXPRESSIONS = [
  'input.text.contains(input.part)',
  'input.text.lastIndexOf(input.part)',
  'input.text.split(input.part).size()',
  'input.text.replace(input.part, "").size()',
  "input.text.regex_replace('a.*b|a', '').size()",
  'input.text.matches(input.part)',
  'parse_json(input.text)',
  'input.text.format([input.part])',
  'date(input.text)',
  'double(input.text)',
  'input.text.split("").sort().distinct().size()',
  'json([input.text, input.part]).size()',
]

const WORK = `workflow: work
input: { text: string, part: string, url: string }
secrets: [HEADER, ARGUMENT]
steps:
${EXPRESSIONS.map((text, at) => `  - { id: s${at}, set: { v: ${JSON.stringify(text)} }, on_error: continue }`).join('\n')}
  - id: mirror
    tool: http.post
    with: { url: "\${input.url}", headers: { x-token: "\${secrets.HEADER}" }, json: { token: "\${secrets.ARGUMENT}", text: "a \${input.part} and \${input.text}" } }
    retry: { max: 1 }
    on_error: continue
output: { text: input.part, answer: steps.mirror.?output.orValue(null) }
`

test('R10 a server performs hostile inputs and tells no secret, and the time that it was blocked is a figure', async () => {
  const mirror = await startHttpServer((request, response) => sendJson(response, request))
  const secrets = plantSecrets(mirror.url)
  try {
    await onStage({ 'work.yaml': WORK }, async (stage) => {
      const env = { NODE_OPTIONS: `--import=${PROBE}`, ...secrets }
      const server = await stage.serve({ env })
      await readBlocked(server)
      const definitions = await submitAll(stage, mirror.url)
      const refused = (): number => server.notices().filter(({ type }) => type === 'problem').length
      await until('all are refused', () => refused() >= definitions, { withinMs: 600_000 })
      await until('all end', async () => (await countOpen(stage)) === 0, { withinMs: 600_000, everyMs: 250 })
      const { blockedMs, histogram } = await readBlocked(server)
      assert.is(server.child.exitCode, null)
      assert.ok(mirror.requests.some(({ body }) => body.includes(MARK)))
      server.kill('SIGTERM')
      const { stdout, stderr } = await server.done
      expectClean('output', stdout + stderr, secrets)
      const bytes = expectCleanFiles(stage, secrets)
      reportFigure({
        id: 'R10',
        counts: { hostile: INPUTS, definitions, searched_bytes: bytes, blocked_ms: blockedMs, ...histogram },
        isKept: blockedMs <= LONGEST_BLOCK_MS,
      })
    })
  } finally {
    await mirror.stop()
  }
})

/** Returns how many of the inputs are definitions. */
const submitAll = async (stage: Stage, url: string): Promise<number> => {
  const workflow = stage.compile('work.yaml')
  const sources = Object.values(HOSTILE)
  let definitions = 0
  for (const [at, [text, part]] of fc.sample(textPair, { seed: SEED, numRuns: INPUTS }).entries()) {
    if (at % INPUTS_A_DEFINITION !== 0) await stage.submit(workflow, { text, part, url })
    else await submitHostile(stage, `${sources[definitions++ % sources.length] ?? ''}\n# ${at}`)
  }
  return definitions
}

/** How many runs of the workflow have not ended. */
const countOpen = async ({ store }: Stage): Promise<number> =>
  (await store.listRuns({ workflow: 'work', status: 'running', limit: INPUTS })).length

const expectClean = (what: string, text: string, secrets: ReturnType<typeof plantSecrets>): void => {
  for (const form of formsToLookFor(secrets)) assert.is(text.indexOf(form), -1, `${what} holds '${form}'`)
}

/** Journals, blobs and logs of the database are files of the folder. Returns how many bytes were searched. */
const expectCleanFiles = ({ folder }: Stage, secrets: ReturnType<typeof plantSecrets>): number => {
  let bytes = 0
  for (const name of readdirSync(folder.path, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder.path, name)
    if (!statSync(file).isFile()) continue
    bytes += statSync(file).size
    expectClean(name, readFileSync(file, 'latin1'), secrets)
  }
  return bytes
}

test.run()
