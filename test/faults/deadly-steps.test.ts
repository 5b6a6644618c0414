/** Steps that take their server with them each time, and calls that must not be made twice. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { reportFigure } from './figure.ts'
import { onStage, type Stage, until } from './stage.ts'

const step = (more: string): string => `workflow: deadly
input: { url: string }
steps: [{ id: call, tool: http.post, with: { url: "\${input.url}/call" }${more} }]
`

const FILES = {
  'deadly.yaml': step(', key: run.id, retry: { max: 2, backoff: 5ms..20ms }'),
  'payment.yaml': step(''),
}

/** Kills the server whenever the call has come in, until the run has ended. */
const killAtEachCall = async (stage: Stage, server: EffectServer, id: string): Promise<number> => {
  let kills = 0
  for (;;) {
    const seen = server.seen.length
    const serving = await stage.serve()
    const hasEnded = async (): Promise<boolean> => (await stage.record(id)).status !== 'running'
    await until('it calls or ends', async () => server.seen.length > seen || (await hasEnded()))
    if (await hasEnded()) return kills
    await stage.kill(serving)
    kills++
  }
}

const play = async (file: keyof typeof FILES) => {
  const server = await startEffectServer(() => Number.POSITIVE_INFINITY)
  let found = { kills: 0, calls: 0, keys: 0, code: '', details: {} as unknown, message: '' }
  try {
    await onStage(FILES, async (stage) => {
      const id = await stage.submit(stage.compile(file), { url: server.url })
      const kills = await killAtEachCall(stage, server, id)
      const { error } = await stage.record(id)
      const keys = new Set(server.seen.map(({ key }) => key)).size
      const { code = '', details, message = '' } = error ?? {}
      found = { kills, calls: server.seen.length, keys, code, details, message }
    })
  } finally {
    await server.close()
  }
  return found
}

const test = suite('deadly steps')

test('a step that kills its process each time ends the run after retry.max + 2 times, and says so', async () => {
  const { kills, calls, keys, code, details, message } = await play('deadly.yaml')
  reportFigure({ id: 'R3', counts: { deadly_step_kills: kills, bound: 4 }, isKept: kills === 4 })
  assert.equal(
    { kills, calls, keys, code, details },
    { kills: 4, calls: 4, keys: 1, code: 'outcome_unknown', details: { attempts: 4 } },
  )
  assert.match(message, /died|process|lost/)
})

test('a payment without a key is not sent twice: what became of it is unknown, and the run says so', async () => {
  const { kills, calls, code } = await play('payment.yaml')
  reportFigure({ id: 'R3', counts: { payments_in_flight_at_a_kill: kills, sent: calls }, isKept: calls === 1 })
  assert.equal({ kills, calls, code }, { kills: 1, calls: 1, code: 'outcome_unknown' })
})

test.run()
