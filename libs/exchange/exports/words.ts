import type { TimelineLine } from '@views/timeline';

const plain = (text: string): string => text.replaceAll('-', ' ');
const rounded = (value: number): string => String(Math.round(value * 10) / 10);

/** What a line says, in words a family reads. */
export function factOf(line: TimelineLine): string {
  const { detail, figure } = line;
  switch (detail.what) {
    case 'observation': {
      const value = figure?.value === undefined ? 'nothing was tried' : `${rounded(figure.value)} ${figure.unit}`;
      return joined(value, figure && figure.trials > 0 && `${figure.trials} tried`, detail.context.setting, detail.context.note);
    }
    case 'entry': {
      const { state, note } = detail;
      const more = state.kind === 'provided' ? state.outcome : state.kind === 'not-provided' ? plain(state.why) : undefined;
      return joined(plain(state.kind), more, note);
    }
    case 'scheduled':
      return `planned for ${detail.plannedSeconds / 60} minutes`;
    case 'outcome': {
      const { outcome } = detail;
      if (outcome.kind === 'missed') return joined('missed', plain(outcome.reason), outcome.familyTold ? 'the family was told' : undefined);
      const minutes = (Date.parse(outcome.end.at) - Date.parse(outcome.start.at)) / 60_000;
      return joined(outcome.kind === 'partial' ? 'partly held' : 'held', `${rounded(minutes)} minutes`, outcome.location);
    }
    case 'plan-activated':
      return `the plan took effect on ${detail.effectiveFrom}`;
    case 'plan-amended':
      return `the plan was amended: version ${detail.version}, from ${detail.effectiveFrom}`;
    case 'plan-ended':
      return `the plan ended on ${detail.lastDay}`;
    case 'team-assigned': {
      const to = detail.to ? ` to ${detail.to}` : '';
      return `${plain(detail.role)} on the team from ${detail.from}${to}${detail.covering ? ', as cover' : ''}`;
    }
    case 'team-ended':
      return `left the team after ${detail.lastDay}`;
    case 'profile-written':
      return 'the profile was written';
    case 'case-opened':
      return `the case was opened on ${detail.on}`;
    case 'case-closed':
      return `the case was closed on ${detail.on}`;
  }
}

/** What became of a record afterwards, in words; empty for one that stands as it was recorded. */
export function fateOf({ history, voided, late }: TimelineLine): string {
  const changes = history.filter(({ kind }) => kind !== 'held').map(({ kind, reason }) => (reason ? `${kind}: ${reason}` : kind));
  return joined(late && 'recorded late', voided && 'no longer counts', ...changes);
}

const joined = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join('; ');
