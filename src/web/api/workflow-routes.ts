/** Registers workflows by their names, shows, checks, compares and draws them. */
import { z } from '@hono/zod-openapi'
import { renderChart } from '../../chart/render-chart.ts'
import { findRun } from '../../service/control/find-run.ts'
import { readRunActivity } from '../../service/history/run-activity.ts'
import { toComparisonJson, toListedWorkflowJson, toShownWorkflowJson } from '../../service/views/workflow-json.ts'
import { applyWorkflows } from '../../service/workflows/apply-workflows.ts'
import { compareWorkflows } from '../../service/workflows/compare-workflows.ts'
import {
  expectVersions,
  findVersion,
  loadVersion,
  readListedWorkflows,
} from '../../service/workflows/workflow-versions.ts'
import type { RegisteredWorkflow } from '../../store/registered-workflow.ts'
import { AUTHOR, LIST, READ, reaches } from './access.ts'
import { orInvalidWorkflow, Problem } from './problem.ts'
import { type Api, answers, body, route } from './routing.ts'
import { runParams } from './run-routes.ts'
import type { ApiServices } from './services.ts'
import {
  Applied,
  ApplyBody,
  Comparison,
  ShownWorkflow,
  ValidateBody,
  Validated,
  WorkflowDefinition,
  WorkflowList,
} from './workflow-schemas.ts'

const params = z.object({ workflow: z.string().describe('Name of a registered workflow.') })
const version = z.string().regex(/^[1-9]\d{0,8}$/, { error: 'expected the number of a version' })
const versionQuery = z.object({ version: version.optional().describe('Default: the newest.') })

const SVG = {
  200: {
    description: 'A picture.',
    content: { 'image/svg+xml': { schema: z.string() } },
  },
}

const listRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/workflows',
  operationId: 'listWorkflows',
  summary: 'List the registered workflows, each with its newest version',
  responses: { 200: answers('By name.', WorkflowList) },
})

const applyRoute = route(AUTHOR, {
  method: 'post',
  path: '/api/v1/workflows',
  operationId: 'applyWorkflow',
  summary: 'Register a workflow by its name',
  request: { body: body(ApplyBody) },
  responses: { 200: answers('It is registered, or would be. Schedules of the version before are replaced.', Applied) },
})

const validateRoute = route(AUTHOR, {
  method: 'post',
  path: '/api/v1/workflows/validate',
  operationId: 'validateWorkflow',
  summary: 'Check the text of a workflow',
  request: { body: body(ValidateBody) },
  responses: { 200: answers('The findings, also if there are errors.', Validated) },
})

const showRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}',
  operationId: 'getWorkflow',
  summary: 'Show a version of a workflow with its text, and list its versions',
  request: { params, query: versionQuery },
  responses: { 200: answers('The version.', ShownWorkflow) },
})

const definitionRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}/definition',
  operationId: 'getWorkflowDefinition',
  summary: 'Show a version of a workflow with all that was linked to it',
  request: { params, query: versionQuery },
  responses: { 200: answers('Its text, and what it needs to be compiled elsewhere.', WorkflowDefinition) },
})

const diffRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}/diff',
  operationId: 'compareVersions',
  summary: 'Compare two versions of a workflow by steps and flow',
  request: {
    params,
    query: z.object({
      from: version.optional().describe('Default: the version before `to`.'),
      to: version.optional().describe('Default: the newest version.'),
    }),
  },
  responses: { 200: answers('The changes.', Comparison) },
})

const graphRoute = route(READ, {
  method: 'get',
  path: '/api/v1/workflows/{workflow}/graph',
  operationId: 'drawWorkflow',
  summary: 'Draw a version of a workflow',
  request: { params, query: versionQuery },
  responses: SVG,
})

const runGraphRoute = route(READ, {
  method: 'get',
  path: '/api/v1/runs/{run}/graph',
  operationId: 'drawRun',
  summary: 'Draw the workflow of a run, and what the run did',
  request: { params: runParams },
  responses: SVG,
})

export const addWorkflowRoutes = (api: Api, services: ApiServices): void => {
  addRegisteringRoutes(api, services)
  addComparingRoutes(api, services)
}

const addRegisteringRoutes = (api: Api, { store, clock, compileSource, checkSource }: ApiServices): void => {
  api.openapi(listRoute, async (c) => {
    const listed = await readListedWorkflows(store)
    const reached = listed.filter(({ workflow }) => reaches(c.get('caller'), workflow))
    return c.json({ workflows: reached.map(toListedWorkflowJson) }, 200)
  })
  api.openapi(applyRoute, async (c) => {
    const { source, dry_run: dryRun = false } = c.req.valid('json')
    const { workflow, folder } = await orInvalidWorkflow(() => compileSource(source))
    const workflows = await applyWorkflows(store, [workflow], { at: clock.now(), folder, dryRun })
    return c.json({ ok: true, applied: !dryRun, workflows }, 200)
  })
  api.openapi(validateRoute, async (c) => {
    const diagnostics = await checkSource(c.req.valid('json').source)
    return c.json({ ok: diagnostics.every(({ severity }) => severity !== 'error'), diagnostics }, 200)
  })
  api.openapi(showRoute, async (c) => {
    const versions = await expectVersions(store, c.req.valid('param').workflow)
    const shown = choose(versions, c.req.valid('query').version)
    return c.json(toShownWorkflowJson({ shown, versions, definition: await loadVersion(store, shown) }), 200)
  })
}

const addComparingRoutes = (api: Api, { store, variables, compileStored, readPast }: ApiServices): void => {
  const compile = async (chosen: RegisteredWorkflow) => compileStored(await loadVersion(store, chosen))
  api.openapi(definitionRoute, async (c) => {
    const { workflow } = c.req.valid('param')
    const { version, ...chosen } = choose(await expectVersions(store, workflow), c.req.valid('query').version)
    const { hash: definition, file, source, links } = await loadVersion(store, { ...chosen, version })
    return c.json({ workflow, version, definition, file, source, links, environment: variables }, 200)
  })
  api.openapi(diffRoute, async (c) => {
    const { workflow } = c.req.valid('param')
    const query = c.req.valid('query')
    const versions = await expectVersions(store, workflow)
    const to = choose(versions, query.to)
    const from = query.from === undefined ? versions[versions.indexOf(to) + 1] : choose(versions, query.from)
    if (from === undefined)
      throw new Problem({ status: 404, code: 'not_found', detail: `'${workflow}' has no version before ${to.version}` })
    const comparison = compareWorkflows(await compile(from), await compile(to))
    const names = { from: `version ${from.version}`, to: `version ${to.version}` }
    return c.json(toComparisonJson(workflow, { ...names, comparison }), 200)
  })
  api.openapi(graphRoute, async (c) => {
    const versions = await expectVersions(store, c.req.valid('param').workflow)
    return toPicture(
      await renderChart(await compile(choose(versions, c.req.valid('query').version)), { format: 'svg' }),
    )
  })
  api.openapi(runGraphRoute, async (c) => {
    const { record, stored, rows } = await readPast(await findRun(store, c.req.valid('param').run))
    const activity = readRunActivity(stored.workflow, { runId: record.id, rows })
    return toPicture(await renderChart(stored.workflow, { format: 'svg', activity }))
  })
}

const choose = (
  versions: readonly [RegisteredWorkflow, ...RegisteredWorkflow[]],
  wanted: string | undefined,
): RegisteredWorkflow => (wanted === undefined ? versions[0] : findVersion(versions, wanted))

/** A page of its own could hold scripts: none runs, and nothing is fetched. */
const toPicture = (svg: string): Response =>
  new Response(svg, {
    headers: {
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
    },
  })
