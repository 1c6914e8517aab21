// Seed 003: PG Closets of Ottawa: designers and installers who drive to people's homes. From the
// seed: the zone and currency, a day's notice, a window of 30 days, a deposit of 20 %, service
// areas (Ottawa, Kanata). It names no services and prices; these are ours.
#include "replay/sample_business.hpp"

namespace almanac::replay::samples {

const std::string_view pg_closets = R"json({
"about": "A closet maker in Ottawa: designers and installers visit people at home, by van, with a day's notice, a deposit and driving time around each visit.",
"seed": 3000, "days": 21, "past_days": 14, "bookings_a_day_min": 2, "bookings_a_day_max": 4,
"tenant": {"slug": "pg-closets", "name": "PG Closets", "business_type": "shop",
  "email": "info@pgclosets.example.com", "phone": "+16135550100",
  "time_zone": "America/Toronto", "currency": "CAD", "locale": "en-CA"},
"categories": [
  {"slug": "design", "name": "Design", "sort_order": 1},
  {"slug": "installation", "name": "Installation", "sort_order": 2},
  {"slug": "care", "name": "Care and repair", "sort_order": 3}],
"resources": [
  {"slug": "grace-tremblay", "type": "staff", "name": "Grace Tremblay", "specialties": ["design"],
   "service_area": ["Ottawa", "Kanata"], "years_experience": 11,
   "description": "Designs closets and measures rooms",
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
     "from": "09:00", "to": "17:30", "break": {"from": "12:30", "to": "13:15"}}]},
  {"slug": "samir-haddad", "type": "staff", "name": "Samir Haddad", "specialties": ["design"],
   "service_area": ["Nepean", "Orleans"], "years_experience": 4,
   "hours": [{"days": ["tuesday", "thursday", "saturday"], "from": "10:00", "to": "18:00",
     "break": {"from": "13:00", "to": "13:30"}}]},
  {"slug": "liam-okoye", "type": "staff", "name": "Liam Okoye",
   "specialties": ["installation", "repair"], "service_area": ["Ottawa", "Kanata", "Nepean"],
   "certifications": ["Working at heights"],
   "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
     "from": "08:00", "to": "16:30", "break": {"from": "12:00", "to": "12:30"}}]},
  {"slug": "van-1", "type": "vehicle", "name": "Van 1", "description": "Rails, panels and tools"},
  {"slug": "sample-kit", "type": "equipment", "name": "Sample kit",
   "description": "Doors and finishes to touch"}],
"services": [
  {"slug": "in-home-consultation", "name": "In-home design consultation", "duration_minutes": 60,
   "buffer_before_minutes": 30, "buffer_after_minutes": 30, "slot_step_minutes": 30,
   "min_notice_minutes": 1440, "booking_window_days": 30, "place": "home_service",
   "price": {"amount": 0, "currency": "CAD"}, "category_ids": ["design"],
   "preparation_notes": "Empty the closet as far as you can; we measure it as it is",
   "requirements": [
     {"role": "designer", "match": {"type": "staff", "specialties": ["design"]}},
     {"role": "samples", "candidates": ["sample-kit"], "required": false}]},
  {"slug": "measure-and-design", "name": "Measure and 3D design", "duration_minutes": 120,
   "buffer_before_minutes": 30, "buffer_after_minutes": 30, "slot_step_minutes": 30,
   "min_notice_minutes": 1440, "booking_window_days": 30, "place": "home_service",
   "price": {"amount": 14900, "currency": "CAD"}, "category_ids": ["design"],
   "deposit": {"kind": "rate", "rate_ppm": 200000},
   "cancellation_policy": "Free until two days before; then the deposit is kept",
   "cancellation_notice_minutes": 2880, "late_cancel_fee": {"kind": "rate", "rate_ppm": 200000},
   "requirements": [{"role": "designer", "match": {"type": "staff", "specialties": ["design"]}}]},
  {"slug": "installation", "name": "Installation", "duration_minutes": 210,
   "buffer_before_minutes": 30, "buffer_after_minutes": 30, "slot_step_minutes": 30,
   "min_notice_minutes": 2880, "booking_window_days": 30, "place": "home_service", "max_per_day": 2,
   "price": {"amount": 48000, "currency": "CAD"}, "price_varies": true,
   "requires_confirmation": true, "deposit": {"kind": "rate", "rate_ppm": 200000},
   "category_ids": ["installation"],
   "requirements": [
     {"role": "installer", "match": {"type": "staff", "specialties": ["installation"]}},
     {"role": "van", "candidates": ["van-1"]}]},
  {"slug": "door-adjustment", "name": "Door adjustment", "duration_minutes": 45,
   "buffer_before_minutes": 15, "buffer_after_minutes": 15, "slot_step_minutes": 15,
   "min_notice_minutes": 1440, "booking_window_days": 30, "place": "home_service",
   "price": {"amount": 8500, "currency": "CAD"}, "category_ids": ["care"],
   "no_show_fee": {"kind": "fixed", "money": {"amount": 4000, "currency": "CAD"}},
   "requirements": [
     {"role": "installer", "match": {"type": "staff", "specialties": ["repair"]}}]}],
"blocks": [
  {"kind": "holiday", "reason": "Canada Day", "rrule": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1",
   "local_start": "2026-07-01T00:00", "local_end": "2026-07-02T00:00"},
  {"kind": "holiday", "reason": "Labour Day", "rrule": "FREQ=YEARLY;BYMONTH=9;BYDAY=1MO",
   "local_start": "2026-09-07T00:00", "local_end": "2026-09-08T00:00"},
  {"kind": "holiday", "reason": "Christmas", "rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26",
   "local_start": "2026-12-25T00:00", "local_end": "2026-12-26T00:00"},
  {"kind": "maintenance", "resource": "van-1", "reason": "Service of the van",
   "rrule": "FREQ=MONTHLY;BYDAY=2WE",
   "local_start": "2026-01-14T08:00", "local_end": "2026-01-14T12:00"},
  {"kind": "vacation", "resource": "grace-tremblay", "reason": "Family visit",
   "in_days": 8, "days": 3}],
"overrides": [
  {"resource": "samir-haddad", "in_days": 4, "weekday": "saturday", "reason": "Home show weekend",
   "windows": [{"from": "09:00", "to": "20:00"}]}],
"clients": [
  {"first_name": "Emma", "last_name": "Clarke", "email": "emma.clarke@example.com",
   "phone": "+16135550111", "language": "en", "source": "website",
   "address": {"line1": "12 Elm Street", "city": "Ottawa", "state": "ON", "country": "CA"}},
  {"first_name": "Noah", "last_name": "Singh", "email": "noah.singh@example.com",
   "phone": "+16135550112", "language": "en", "source": "referral",
   "address": {"line1": "48 Campeau Drive", "city": "Kanata", "state": "ON", "country": "CA"}},
  {"first_name": "Chloé", "last_name": "Gagnon", "email": "chloe.gagnon@example.com",
   "phone": "+16135550113", "language": "fr",
   "address": {"line1": "7 rue Rideau", "city": "Ottawa", "state": "ON", "country": "CA"}},
  {"first_name": "Marcus", "last_name": "Lee", "email": "marcus.lee@example.com",
   "phone": "+16135550114", "language": "en", "notes": "Dog in the house",
   "address": {"line1": "230 Merivale Road", "city": "Nepean", "state": "ON", "country": "CA"}},
  {"first_name": "Sofia", "last_name": "Rossi", "email": "sofia.rossi@example.com",
   "phone": "+16135550115", "language": "en", "marketing_consent": true,
   "address": {"line1": "91 Jeanne d'Arc Blvd", "city": "Orleans", "state": "ON", "country": "CA"}},
  {"first_name": "David", "last_name": "Kowalski", "email": "david.kowalski@example.com",
   "phone": "+16135550116", "language": "en", "tags": ["builder"]}],
"client_notes": ["Ring the side door", "Two closets in one visit, please", "Parking in the driveway",
  "We are renovating: mind the stairs"],
"cancel_reasons": ["The renovation is late", "Snow storm", "Chose another date"]
})json";

}  // namespace almanac::replay::samples
