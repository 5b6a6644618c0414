/** `node bench/measure.ts W4`: one repeat of one workload of Troupe's, as JSON. Started by bench.ts. */
import { calibrate } from './calibration.ts'
import type { Measured } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

const [id = ''] = process.argv.slice(2)
const workload = WORKLOADS[id]
if (workload === undefined) throw new Error(`'${id}' is no workload: expected ${Object.keys(WORKLOADS).join(', ')}`)
const measured: Measured = { note: workload.note, figures: [calibrate(), ...(await workload.measure())] }
console.log(JSON.stringify(measured))
