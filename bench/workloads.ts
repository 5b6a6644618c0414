import type { Workload } from './workload.ts'
import { fold } from './workloads/fold.ts'
import { lineDurable } from './workloads/line-durable.ts'
import { lineInMemory } from './workloads/line-in-memory.ts'

export const WORKLOADS: readonly Workload[] = [fold, lineInMemory, lineDurable]
