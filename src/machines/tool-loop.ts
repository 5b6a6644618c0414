/**
 * A model step with tools: the model thinks, its tools are called, and it sees their results, until it answers. The machine decides;
 * the runtime performs. It is folded like a workflow's machine and has the same shape: `steps`, `fault` and `output` in its context.
 *
 *   thinking ──tool calls──▶ calling ──all answered──▶ thinking        thinking ──answer──▶ completed
 *   thinking, calling ──▶ failed: a turn failed, no answer at all, max_turns, the same call or wrong calls again and again
 *
 * Invariants
 * 1. Each turn of the model and each call of a tool is an effect of its own, `turn_2` or `turn_2_call_1`, with its own row in the
 *    journal: after a crash no recorded turn is asked again and no recorded call is made again.
 * 2. The calls of one turn run at once. The next turn starts when all have a result, in the order of the calls.
 * 3. A fault of a call is a result for the model, except `outcome_unknown`, which fails the step.
 * 4. The loop ends: turns, equal calls and turns with wrong calls have bounds.
 */
import { assign, enqueueActions, fromTransition, setup } from 'xstate'
import { COMPLETED, FAILED } from '../core/machine-ends.ts'
import {
  answerCall,
  endsWithAnswer,
  findExhaustion,
  hasTooManyWrong,
  isEmptyAnswer,
  isFatal,
  keepAnswer,
  keepEmpty,
  keepFault,
  keepTooManyWrong,
  needsNudge,
  nextTurn,
  nudge,
  type ToolLoopContext,
  type ToolLoopEvent,
  type ToolLoopInput,
  takeCalls,
} from './tool-loop-context.ts'

const isAnswered = ({ calls }: ToolLoopContext): boolean => calls.every(({ result }) => result !== undefined)

/** Stands for every actor: the machine only names the effects, the runtime performs them. */
const inert = fromTransition((state: undefined) => state, undefined)

export const toolLoopMachine = setup({
  types: {} as { context: ToolLoopContext; input: { loop: ToolLoopInput; at: number }; events: ToolLoopEvent },
  actors: { effect: inert },
  actions: {
    ask: enqueueActions(({ context, enqueue }) => {
      const next = nextTurn(context)
      enqueue.assign(next)
      enqueue.spawnChild('effect', { id: `turn_${next.turn}` })
    }),
    call: enqueueActions(({ context, event, enqueue }) => {
      const taken = takeCalls(context, event)
      enqueue.assign(taken)
      for (const { step, result } of taken.calls) if (result === undefined) enqueue.spawnChild('effect', { id: step })
    }),
    keepAnswer: assign(({ context, event }) => keepAnswer(context, event)),
    keepEmpty: assign(({ context }) => keepEmpty(context)),
    keepTooManyWrong: assign(({ context }) => keepTooManyWrong(context)),
    keepFault: assign(({ context, event }) => keepFault(context, event)),
    exhaust: assign(({ context, event }) => findExhaustion(context, event) ?? {}),
    nudge: assign(({ context, event }) => nudge(context, event)),
    answer: assign(({ context, event }) => answerCall(context, event)),
  },
  guards: {
    endsWithAnswer: ({ event }) => endsWithAnswer(event),
    needsNudge: ({ context, event }) => needsNudge(context, event),
    isExhausted: ({ context, event }) => findExhaustion(context, event) !== undefined,
    isEmptyAnswer: ({ event }) => isEmptyAnswer(event),
    isFatal: ({ event }) => isFatal(event),
    isAnswered: ({ context }) => isAnswered(context),
    isAnsweredWrongly: ({ context }) => isAnswered(context) && hasTooManyWrong(context),
  },
}).createMachine({
  id: 'tool-loop',
  context: ({ input }) => ({
    ...input.loop,
    at: input.at,
    steps: {},
    fault: null,
    output: null,
    turn: 0,
    calls: [],
    made: {},
    wrong: 0,
    attempts: 0,
    isNudged: false,
    isWrong: false,
  }),
  initial: 'thinking',
  states: {
    thinking: {
      entry: 'ask',
      on: {
        'xstate.done.actor.*': [
          { guard: 'needsNudge', target: 'thinking', reenter: true, actions: 'nudge' },
          { guard: 'isEmptyAnswer', target: FAILED, actions: 'keepEmpty' },
          { guard: 'endsWithAnswer', target: COMPLETED, actions: 'keepAnswer' },
          { guard: 'isExhausted', target: FAILED, actions: 'exhaust' },
          { target: 'calling', actions: 'call' },
        ],
        'xstate.error.actor.*': { target: FAILED, actions: 'keepFault' },
      },
    },
    calling: {
      always: [
        { guard: 'isAnsweredWrongly', target: FAILED, actions: 'keepTooManyWrong' },
        { guard: 'isAnswered', target: 'thinking' },
      ],
      on: {
        'xstate.done.actor.*': { actions: 'answer' },
        'xstate.error.actor.*': [{ guard: 'isFatal', target: FAILED, actions: 'keepFault' }, { actions: 'answer' }],
      },
    },
    [COMPLETED]: { type: 'final' },
    [FAILED]: { type: 'final' },
  },
})
