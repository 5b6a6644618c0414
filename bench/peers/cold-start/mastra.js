// A program of one step: what a user of Mastra starts from a command line.
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { z } from 'zod'

const text = z.object({ text: z.string() })
const ask = createStep({
  id: 'ask',
  inputSchema: text,
  outputSchema: text,
  execute: async ({ inputData }) => inputData,
})
const workflow = createWorkflow({ id: 'one_step', inputSchema: text, outputSchema: text }).then(ask).commit()
const run = await workflow.createRun()
const result = await run.start({ inputData: { text: 'hello' } })
console.log(JSON.stringify(result.result))
process.exit()
