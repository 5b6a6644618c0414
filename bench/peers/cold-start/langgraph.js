// A program of one step: what a user of LangGraph starts from a command line.
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'

const graph = new StateGraph(Annotation.Root({ text: Annotation() }))
  .addNode('ask', async ({ text }) => ({ text }))
  .addEdge(START, 'ask')
  .addEdge('ask', END)
  .compile()
console.log(JSON.stringify(await graph.invoke({ text: 'hello' })))
process.exit()
