// Seed 004: Intellectif, consultants who meet people online. From the seed: both services with
// their texts and prices, the currency, availability templates per consultant.
#include "replay/sample_business.hpp"

namespace almanac::replay::samples {

const std::string_view intellectif = R"json({
"about": "Software consultants who meet people online: a free discovery call, and a strategy session that is paid before it counts.",
"seed": 4000, "days": 21, "past_days": 14, "bookings_a_day_min": 3, "bookings_a_day_max": 6,
"tenant": {"slug": "intellectif", "name": "Intellectif", "business_type": "consultancy",
  "email": "hello@intellectif.example.com", "phone": "+12125550100",
  "time_zone": "America/New_York", "currency": "USD", "locale": "en"},
"categories": [
  {"slug": "calls", "name": "Calls", "sort_order": 1},
  {"slug": "workshops", "name": "Workshops", "sort_order": 2}],
"resources": [
  {"slug": "ada-reyes", "type": "staff", "name": "Ada Reyes", "specialties": ["sales", "strategy"],
   "description": "Principal consultant", "years_experience": 15,
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday"],
     "from": "09:00", "to": "17:00", "break": {"from": "12:00", "to": "13:00"}}]},
  {"slug": "ivan-petrov", "type": "staff", "name": "Ivan Petrov", "specialties": ["strategy"],
   "description": "Senior consultant, architecture", "years_experience": 8,
   "hours": [
     {"days": ["tuesday", "thursday"], "from": "13:00", "to": "20:00"},
     {"days": ["friday"], "from": "09:00", "to": "14:00"}]},
  {"slug": "june-park", "type": "staff", "name": "June Park", "specialties": ["sales"],
   "description": "First calls and follow-up",
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
     "from": "10:00", "to": "18:00", "break": {"from": "13:00", "to": "13:45"}}]},
  {"slug": "meeting-room", "type": "other", "name": "Online meeting room",
   "description": "One licence: one workshop at a time"}],
"services": [
  {"slug": "discovery-call", "name": "Introductory Discovery Call",
   "description": "A complimentary 15-minute call to discuss your project vision and goals. This is the perfect first step to see if we're the right technical partner to bring your idea to life.",
   "duration_minutes": 15, "buffer_after_minutes": 15, "slot_step_minutes": 15,
   "price": {"amount": 0, "currency": "USD"}, "min_notice_minutes": 60, "place": "online",
   "category_ids": ["calls"],
   "features": ["15-minute introductory meeting", "Discuss your vision and key objectives",
     "Explore your primary challenges", "Determine if we're a mutual fit",
     "Outline potential next steps"],
   "requirements": [{"role": "consultant", "match": {"type": "staff", "specialties": ["sales"]},
     "preference": ["june-park"]}]},
  {"slug": "strategy-session", "name": "Technical Strategy Session",
   "description": "An in-depth 60-minute workshop with our senior consultants to build a strategic and technical blueprint for your project. Move from idea to a clear, actionable plan.",
   "duration_minutes": 60, "buffer_after_minutes": 15, "slot_step_minutes": 30,
   "price": {"amount": 15000, "currency": "USD"}, "min_notice_minutes": 720, "place": "online",
   "requires_payment": true, "featured": true, "cancellation_notice_minutes": 1440,
   "late_cancel_fee": {"kind": "rate", "rate_ppm": 500000}, "category_ids": ["workshops"],
   "features": ["60-minute deep-dive with a senior consultant",
     "In-depth technical & architectural analysis", "Core feature & business logic mapping",
     "Receive an actionable roadmap document", "High-level timeline & budget projections",
     "Detailed follow-up summary"],
   "requirements": [
     {"role": "consultant", "match": {"type": "staff", "specialties": ["strategy"]}},
     {"role": "room", "candidates": ["meeting-room"]}]}],
"blocks": [
  {"kind": "holiday", "reason": "Independence Day", "rrule": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4",
   "local_start": "2026-07-04T00:00", "local_end": "2026-07-05T00:00"},
  {"kind": "holiday", "reason": "Thanksgiving", "rrule": "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
   "local_start": "2026-11-26T00:00", "local_end": "2026-11-27T00:00"},
  {"kind": "maintenance", "resource": "meeting-room", "reason": "The provider's update",
   "rrule": "FREQ=MONTHLY;BYDAY=1FR",
   "local_start": "2026-01-02T09:00", "local_end": "2026-01-02T10:00"},
  {"kind": "training", "resource": "ivan-petrov", "reason": "Architecture conference",
   "in_days": 8, "days": 2},
  {"kind": "vacation", "resource": "june-park", "reason": "Two days off",
   "in_days": 15, "days": 2}],
"overrides": [
  {"resource": "ada-reyes", "in_days": 6, "weekday": "friday", "reason": "Workshop Friday",
   "windows": [{"from": "10:00", "to": "14:00"}]}],
"clients": [
  {"first_name": "Hannah", "last_name": "Meyer", "email": "hannah.meyer@example.com",
   "phone": "+4915112345701", "language": "de", "source": "website", "tags": ["startup"]},
  {"first_name": "Carlos", "last_name": "Vega", "email": "carlos.vega@example.com",
   "phone": "+525512345701", "language": "es", "source": "referral"},
  {"first_name": "Priya", "last_name": "Nair", "email": "priya.nair@example.com",
   "phone": "+919812345701", "language": "en", "tags": ["enterprise"]},
  {"first_name": "Jack", "last_name": "Donovan", "email": "jack.donovan@example.com",
   "phone": "+12125550171", "language": "en", "marketing_consent": true},
  {"first_name": "Léa", "last_name": "Moreau", "email": "lea.moreau@example.com",
   "phone": "+33612345701", "language": "fr"},
  {"first_name": "Kenji", "last_name": "Sato", "email": "kenji.sato@example.com",
   "phone": "+819012345701", "language": "ja", "notes": "Calls early in the morning of Tokyo"},
  {"first_name": "Amara", "last_name": "Diallo", "email": "amara.diallo@example.com",
   "phone": "+221771234701", "language": "fr", "tags": ["startup"]}],
"client_notes": ["We have a prototype in Python", "Budget is approved", "Please invite our CTO",
  "It is about moving off a monolith"],
"cancel_reasons": ["The board meets that day", "We hired somebody", "Another week suits better"]
})json";

}  // namespace almanac::replay::samples
