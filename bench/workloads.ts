import type { Workloads } from './workload.ts'
import { coldStart } from './workloads/cold-start.ts'
import { databaseSize } from './workloads/database-size.ts'
import { fanOut } from './workloads/fan-out.ts'
import { fold } from './workloads/fold.ts'
import { growingLoop } from './workloads/growing-loop.ts'
import { killedRuns } from './workloads/killed-runs.ts'
import { lineDurable } from './workloads/line-durable.ts'
import { lineInMemory } from './workloads/line-in-memory.ts'
import { longResume } from './workloads/long-resume.ts'
import { loop } from './workloads/loop.ts'
import { modelOverhead } from './workloads/model-overhead.ts'
import { modelStream } from './workloads/model-stream.ts'
import { runList } from './workloads/run-list.ts'
import { sharedDatabase } from './workloads/shared-database.ts'
import { waitingRuns } from './workloads/waiting-runs.ts'

const ALL = [
  fold,
  lineInMemory,
  loop,
  fanOut,
  lineDurable,
  coldStart,
  waitingRuns,
  growingLoop,
  databaseSize,
  killedRuns,
  modelOverhead,
  modelStream,
  sharedDatabase,
  runList,
  longResume,
]

export const WORKLOADS: Workloads = Object.fromEntries(ALL.map((workload) => [workload.id, workload]))
