export { type AccommodationToday, type ChildToday, type GoalToday, type SessionToday, type Today, TodayQuery } from './today.query';
