import * as assert from 'uvu/assert'
import { toApprovalId } from '../../src/store/approval-id.ts'
import type { ApprovalRecord } from '../../src/store/approval-record.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import { isLeaseLost } from '../../src/store/store-error.ts'
import { catchRejection, createDeadOwner, createEnd, createRow, startRun, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const createApproval = (change: Partial<ApprovalRecord> = {}): ApprovalRecord => ({
  path: 'send[2]/ask',
  visit: 1,
  step: 'ask',
  title: 'Send the reply?',
  show: { text: 'Dear Ada' },
  form: { type: 'object', properties: { note: { type: 'string' } } },
  by: ['ada', 'grace'],
  count: 2,
  decisions: [],
  tool: null,
  dueAt: T0 + 60_000,
  requestedAt: T0,
  requestHash: 'h1',
  ...change,
})

const PLACE = { path: 'send[2]/ask', visit: 1 }

export const addStoreApprovalTests = (test: AddStoreTest): void => {
  test('an approval is listed as it was opened, until it is closed', async ({ store }) => {
    const claim = await startRun(store)
    const approval = createApproval()
    await store.write(claim, { rows: [createRow(2)], approvalsOpened: [approval] })
    assert.equal(await store.listApprovals(), [{ ...approval, runId: claim.runId, workflow: 'greet' }])
    await store.write(claim, { rows: [createRow(3)], approvalsClosed: [PLACE] })
    assert.equal(await store.listApprovals(), [])
  })

  test('null and large values come back equal', async ({ store }) => {
    const claim = await startRun(store)
    const approval = createApproval({ show: 'ä'.repeat(100_000), form: null, by: null, tool: 'http.post', dueAt: null })
    await store.write(claim, { approvalsOpened: [approval] })
    assert.equal(await store.listApprovals(), [{ ...approval, runId: claim.runId, workflow: 'greet' }])
  })

  test('approvals of several people are replaced with those so far, large values included', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { approvalsOpened: [createApproval()] })
    const decisions = [{ by: 'ada', at: '2030-01-01T00:00:00.000Z', values: { note: 'ö'.repeat(50_000) } }]
    const approval = createApproval({ decisions })
    await store.write(claim, { rows: [createRow(2)], approvalsOpened: [approval] })
    assert.equal(await store.listApprovals(), [{ ...approval, runId: claim.runId, workflow: 'greet' }])
  })

  test('approvals are listed oldest first, by run, by workflow, up to a limit', async ({ store }) => {
    const greet = await startRun(store)
    const sort = await startRun(store, { run: { workflow: 'sort', definition: 'sort' } })
    await store.write(greet, {
      approvalsOpened: [
        createApproval({ path: 'late', requestedAt: T0 + 3 }),
        createApproval({ path: 'early', requestedAt: T0 + 1 }),
      ],
    })
    await store.write(sort, { approvalsOpened: [createApproval({ path: 'middle', requestedAt: T0 + 2 })] })
    const list = async (filter?: Parameters<typeof store.listApprovals>[0]): Promise<string[]> =>
      (await store.listApprovals(filter)).map(({ path }) => path)
    assert.equal(await list(), ['early', 'middle', 'late'])
    assert.equal(await list({ limit: 1 }), ['early'])
    assert.equal(await list({ run: greet.runId }), ['early', 'late'])
    assert.equal(await list({ workflow: 'sort' }), ['middle'])
    assert.equal(await list({ workflow: 'sort', run: greet.runId }), [])
  })

  test('the end of a run closes its approvals, and no others', async ({ store }) => {
    const ending = await startRun(store)
    const going = await startRun(store)
    for (const claim of [ending, going]) await store.write(claim, { approvalsOpened: [createApproval()] })
    await store.write(ending, { rows: [createRow(2)], end: createEnd() })
    const open = await store.listApprovals()
    assert.equal(
      open.map(({ runId }) => runId),
      [going.runId],
    )
  })

  test('the id of an approval finds it by its beginning, when it is closed too, until its run is deleted', async ({
    store,
  }) => {
    const claim = await startRun(store)
    await store.write(claim, { approvalsOpened: [createApproval()] })
    const id = toApprovalId({ runId: claim.runId, ...PLACE, requestHash: 'h1' })
    const changed = toApprovalId({ runId: claim.runId, ...PLACE, requestHash: 'h2' })
    const named = { runId: claim.runId, ...PLACE }
    assert.equal(await store.listNamedApprovals(id), [{ id, ...named }])
    await store.write(claim, { approvalsOpened: [createApproval({ requestHash: 'h2' })] })
    await store.write(claim, { rows: [createRow(2)], approvalsClosed: [PLACE], end: createEnd() })
    assert.equal(await store.listNamedApprovals(id.slice(0, 4)), [{ id, ...named }])
    assert.equal(await store.listNamedApprovals(changed), [{ id: changed, ...named }])
    assert.equal(await store.listNamedApprovals('ffffffff'), [])
    const maintenance = await store.maintenance()
    await maintenance.sweep({ at: T0 + 1_000, completedBefore: null, failedBefore: null, keep: 0 })
    assert.equal(await store.listNamedApprovals(id), [])
  })

  test('writes of one turn open and close in the order of the calls', async ({ store }) => {
    const claim = await startRun(store)
    await Promise.all([
      store.write(claim, { approvalsOpened: [createApproval(), createApproval({ visit: 2 })] }),
      store.write(claim, { approvalsClosed: [PLACE] }),
      store.write(claim, {
        approvalsClosed: [{ ...PLACE, visit: 2 }],
        approvalsOpened: [createApproval({ visit: 3 })],
      }),
    ])
    const open = await store.listApprovals()
    assert.equal(
      open.map(({ visit }) => visit),
      [3],
    )
  })

  test('J2 a holder that lost the run opens and closes nothing', async ({ store }) => {
    const lost = await startRun(store, { owner: createDeadOwner() })
    await store.write(lost, { approvalsOpened: [createApproval()] })
    assert.is((await store.claim(lost.runId, createOwner())).kind, 'claimed')
    for (const change of [{ approvalsOpened: [createApproval({ visit: 2 })] }, { approvalsClosed: [PLACE] }])
      assert.ok(isLeaseLost(await catchRejection(store.write(lost, change))))
    const open = await store.listApprovals()
    assert.equal(
      open.map(({ visit }) => visit),
      [1],
    )
  })

  test('a token stands for the approval that is open, and only the last one does', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { approvalsOpened: [createApproval()] })
    const grant = (tokenHash: string) => store.grantToken(claim.runId, { ...PLACE, requestHash: 'h1', tokenHash })
    assert.is(await grant('t1'), true)
    assert.is((await store.findApprovalByToken('t1'))?.runId, claim.runId)
    assert.is(await grant('t2'), true)
    assert.is(await store.findApprovalByToken('t1'), undefined)
    assert.equal(await store.findApprovalByToken('t2'), (await store.listApprovals())[0])
    await store.write(claim, { approvalsClosed: [PLACE] })
    assert.is(await store.findApprovalByToken('t2'), undefined)
    assert.is(await grant('t3'), false)
  })

  test('a token is granted only for the open request: another or a closed one gets none', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { approvalsOpened: [createApproval()] })
    const token = { ...PLACE, requestHash: 'h1', tokenHash: 't' }
    for (const change of [{ requestHash: 'h2' }, { visit: 2 }, { path: 'other' }])
      assert.is(await store.grantToken(claim.runId, { ...token, ...change }), false)
    assert.is(await store.grantToken('r-none', token), false)
    assert.is(await store.findApprovalByToken('t'), undefined)
  })

  test('a token stays valid when the same request is opened again, and is void for another one', async ({ store }) => {
    const claim = await startRun(store)
    await store.write(claim, { approvalsOpened: [createApproval()] })
    await store.grantToken(claim.runId, { ...PLACE, requestHash: 'h1', tokenHash: 't' })
    await store.write(claim, { approvalsOpened: [createApproval({ requestedAt: T0 + 5 })] })
    assert.is((await store.findApprovalByToken('t'))?.requestedAt, T0 + 5)
    await store.write(claim, { approvalsOpened: [createApproval({ requestHash: 'h2' })] })
    assert.is(await store.findApprovalByToken('t'), undefined)
    assert.is((await store.listApprovals()).length, 1)
  })
}
