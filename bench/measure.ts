/** `node bench/measure.ts W4`: one repeat of one workload of Troupe's, as JSON. Started by bench.ts. */
import { tuneV8 } from '../src/cli/tune-v8.ts'
import { calibrate } from './calibration.ts'
import type { Measured } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

const [id = ''] = process.argv.slice(2)
const workload = WORKLOADS[id]
if (workload === undefined) throw new Error(`'${id}' is no workload: expected ${Object.keys(WORKLOADS).join(', ')}`)
// As `troupe run` does; the processes of the peers too, so that code is compared and not a setting.
tuneV8()
const measured: Measured = { note: workload.note, figures: [calibrate(), ...(await workload.measure())] }
console.log(JSON.stringify(measured))
