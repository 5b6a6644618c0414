/** Compiles definitions for a server in a thread of its own, to find those that fail. A slow one blocks no run. */
import { parentPort } from 'node:worker_threads'
import { isFault, toFaultData } from '../../core/fault.ts'
import { compileStored } from '../../service/workflows/compile-stored.ts'
import { createCatalogue } from '../catalogue.ts'
import type { WorkerAnswer, WorkerQuestion } from './definition-checker.ts'

const answer = ({ id, definition, options }: WorkerQuestion): WorkerAnswer => {
  try {
    compileStored(definition, { ...options, catalogue: createCatalogue() })
    return { id, fault: null }
  } catch (thrown) {
    if (isFault(thrown)) return { id, fault: toFaultData(thrown) }
    return { id, fault: { code: 'defect', message: String(thrown), retryable: false } }
  }
}

parentPort?.on('message', (question: WorkerQuestion) => parentPort?.postMessage(answer(question)))
