import { stringify } from 'yaml';
import { OPERATIONS, type Operation } from '../../../scenario/plan.ts';
import type { Result } from '../../result-schema.ts';
import { latencyTable } from '../latency-table.ts';
import { html, preformatted } from '../markup.ts';
import type { Section } from '../section.ts';
import { number, table, tableBehind, text, threadTable } from '../table.ts';

/** The scenario as it was run, and the figures without pictures. */
export const appendixSection: Section = {
  id: 'appendix',
  title: 'Scenario and figures',
  contentOf: ({ result, figures }) => html`
<p>Scenario file: <code>${result.source.file}</code>${
    result.source.sets.length === 0
      ? ''
      : html`, with ${result.source.sets.map((set) => html`<code>${set}</code> `)}`
  }. With every default filled in:</p>
<pre>${preformatted(stringify(result.scenario))}</pre>
<h3>Operations</h3>
${table(
  [
    text('Operation'),
    number('Count'),
    number('Refused'),
    number('Errors'),
    number('Skipped'),
    number('Bytes'),
    number('Overflow'),
  ],
  OPERATIONS.map((name) => [
    name,
    ...(['count', 'refused', 'errors', 'skipped', 'bytes', 'overflow'] as const).map((key) =>
      figures.at('count', 'operations', name, key),
    ),
  ]),
)}
<h3>Latencies</h3>
${latencyTable(result, figures, [
  ...OPERATIONS.flatMap((name) => {
    const service = { name: `${name}, service`, path: ['operations', name, 'service'] };
    const response = { name: `${name}, response`, path: ['operations', name, 'response'] };
    const queueing = { name: `${name}, queueing`, path: ['operations', name, 'queueing'] };
    return isPlanned(result, name) ? [service, queueing, response] : [service];
  }),
  { name: 'allocation', path: ['allocation', 'service'] },
  { name: 'pacer, lateness', path: ['pacer', 'lateness'] },
  { name: 'allocation lock, wait', path: ['lock', 'wait'] },
  { name: 'allocation lock, hold', path: ['lock', 'hold'] },
  { name: 'target lock, wait', path: ['targetLock', 'wait'] },
  { name: 'target lock, hold', path: ['targetLock', 'hold'] },
])}
<h3>Allocation, memory, data</h3>
${table(
  [text('Figure'), number('Value')],
  [
    ['allocations requested', figures.at('count', 'allocation', 'requested')],
    ['granted', figures.at('count', 'allocation', 'granted')],
    ['refused', figures.at('count', 'allocation', 'refused')],
    ['drained after the run', figures.at('count', 'allocation', 'drained')],
    ['collisions', figures.at('count', 'collisions')],
    ['errors', figures.at('count', 'errors')],
    ['memory of the allocator', figures.at('bytes', 'memory', 'allocatorBytes')],
    ['of the device', figures.at('bytes', 'memory', 'deviceBytes')],
    ['of the remap table', figures.at('bytes', 'memory', 'tableBytes')],
    ['of the instrument', figures.at('bytes', 'memory', 'instrumentBytes')],
    ['sectors read and checked', figures.at('count', 'data', 'readSectors')],
    ['sectors swept after the run', figures.at('count', 'data', 'sweptSectors')],
    ...Object.keys(result.data.faults).map((fault) => [
      fault,
      figures.at('count', 'data', 'faults', fault),
    ]),
  ],
)}
${tableBehind(
  'Threads',
  threadTable(
    [number('Thread'), number('Claims'), number('Refused'), number('Digest of its operations')],
    result.threads.map(({ thread }, index) => [
      String(thread),
      figures.at('count', 'threads', index, 'claims'),
      figures.at('count', 'threads', index, 'refused'),
      figures.at('count', 'threads', index, 'operationDigest'),
    ]),
  ),
)}
<p class="note">Beside this file: <code>result.json</code> has every figure in full, <code>details.json</code> what the charts
are drawn from, <code>latency.hgrm</code> and <code>latency.hlog</code> the distributions in HdrHistogram’s formats.
<code>sparestorm report</code> with the name of this folder makes this page again.</p>`,
};

/** In a closed load, and for what was never issued, the two are one. */
function isPlanned({ operations }: Result, name: Operation): boolean {
  const { service, response } = operations[name];
  return JSON.stringify(service) !== JSON.stringify(response);
}
