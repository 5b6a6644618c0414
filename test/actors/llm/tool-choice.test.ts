import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLlmActor } from '../../../src/actors/llm/llm-actor.ts'
import type { LlmProvider } from '../../../src/actors/llm/provider.ts'
import type { LlmInput } from '../../../src/core/llm.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { catchFault } from '../../support/catch-fault.ts'

/** How often the provider was asked, and the choice that it got at last. */
let asked = 0
let sent: unknown
const provider: LlmProvider = {
  name: 'scripted',
  async call({ params }) {
    asked++
    sent = params.tool_choice
    return { text: 'Done.', toolCalls: [], finish: 'stop', usage: null }
  },
}

const USER = { role: 'user', content: 'Look.' } as const

const perform = (
  params: LlmInput['params'],
  { hasTools = true, messages = [USER] }: { hasTools?: boolean; messages?: LlmInput['messages'] } = {},
) =>
  createLlmActor(provider).perform(
    {
      model: 'scripted/m',
      messages,
      params,
      call: 0,
      ...(hasTools && { tools: [{ name: 'http.get', description: 'Gets.', input: { type: 'object' } }] }),
    },
    createActorContext(),
  )

const test = suite('the choice of a tool')
test.before.each(() => {
  asked = 0
})

test('a choice of an expression that the step does not have is the fault invalid_input, and nothing is asked', async () => {
  const fault = await catchFault(() => perform({ tool_choice: 'http.gte' }))
  assert.equal([fault.code, fault.retryable, asked], ['invalid_input', false, 0])
  assert.is(
    fault.message,
    `'tool_choice' names no tool of this step: expected one of auto, required, none, http.get, got "http.gte"`,
  )
})

for (const choice of ['auto', 'required', 'none', 'http.get'])
  test(`${choice} is asked for`, async () => {
    await perform({ tool_choice: choice })
    assert.is(asked, 1)
  })

test('a step without tools has no choice to be wrong', async () => {
  await perform({ tool_choice: 'http.get' }, { hasTools: false })
  assert.is(asked, 1)
})

test('a model that is asked to go on behind its calls is not made to call again', async () => {
  const called: LlmInput['messages'] = [
    { role: 'assistant', content: '', tool_calls: [{ id: 'c', name: 'http.get', arguments: '{}' }] },
    { role: 'tool', tool_call_id: 'c', name: 'http.get', content: 'rain' },
  ]
  for (const choice of ['required', 'http.get']) {
    await perform({ tool_choice: choice }, { messages: [USER, ...called, { role: 'user', content: 'Go on.' }] })
    assert.is(sent, undefined)
  }
})

test.run()
