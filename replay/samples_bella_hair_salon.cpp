// Seed 001: Bella Hair Salon with its services, María García, a chair and a manicure table.
#include "replay/sample_business.hpp"

namespace almanac::replay::samples {

const std::string_view bella_hair_salon = R"json({
"about": "A hair salon in Madrid: one stylist, a chair and a manicure table shared by three services.",
"seed": 1001,
"tenant": {"slug": "bella-hair-salon", "name": "Bella Hair Salon", "business_type": "salon",
  "email": "info@bellahair.com", "phone": "+34612345678", "time_zone": "Europe/Madrid",
  "currency": "EUR", "locale": "es"},
"categories": [
  {"slug": "haircuts", "name": "Haircuts", "sort_order": 1},
  {"slug": "color", "name": "Color", "sort_order": 2},
  {"slug": "nails", "name": "Nails", "sort_order": 3}],
"resources": [
  {"slug": "maria-garcia", "type": "staff", "name": "María García",
   "description": "Senior stylist specialized in cuts and color",
   "specialties": ["cuts", "color", "nails"], "years_experience": 12,
   "hours": [
     {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
      "from": "10:00", "to": "20:00", "break": {"from": "14:00", "to": "15:00"}},
     {"days": ["saturday"], "from": "09:00", "to": "14:00"}]},
  {"slug": "main-chair", "type": "room", "name": "Main Chair",
   "description": "Primary workstation with mirror and wash unit"},
  {"slug": "manicure-table", "type": "equipment", "name": "Manicure Table",
   "description": "Specialized table for manicure services"}],
"services": [
  {"slug": "haircut", "name": "Haircut", "description": "Custom cut with wash",
   "duration_minutes": 45, "slot_step_minutes": 15, "price": {"amount": 2500, "currency": "EUR"},
   "cancellation_notice_minutes": 1440, "category_ids": ["haircuts"],
   "requirements": [
     {"role": "stylist", "match": {"type": "staff", "specialties": ["cuts"]}},
     {"role": "chair", "candidates": ["main-chair"]}]},
  {"slug": "full-color", "name": "Full Color", "description": "Full color from roots to ends",
   "duration_minutes": 120, "buffer_after_minutes": 15, "slot_step_minutes": 15,
   "price": {"amount": 6500, "currency": "EUR"}, "requires_confirmation": true,
   "cancellation_notice_minutes": 1440, "late_cancel_fee": {"kind": "rate", "rate_ppm": 500000},
   "no_show_fee": {"kind": "rate", "rate_ppm": 500000}, "category_ids": ["color"],
   "requirements": [
     {"role": "stylist", "match": {"type": "staff", "specialties": ["color"]}},
     {"role": "chair", "candidates": ["main-chair"]}]},
  {"slug": "manicure", "name": "Manicure", "description": "Complete manicure with polish",
   "duration_minutes": 60, "slot_step_minutes": 15, "price": {"amount": 2000, "currency": "EUR"},
   "category_ids": ["nails"],
   "requirements": [
     {"role": "nail_technician", "match": {"type": "staff", "specialties": ["nails"]}},
     {"role": "table", "candidates": ["manicure-table"]}]}],
"blocks": [
  {"kind": "holiday", "reason": "Año Nuevo, Reyes", "rrule": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1,6",
   "local_start": "2026-01-01T00:00", "local_end": "2026-01-02T00:00"},
  {"kind": "holiday", "reason": "Navidad", "rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25",
   "local_start": "2026-12-25T00:00", "local_end": "2026-12-26T00:00"},
  {"kind": "maintenance", "resource": "main-chair", "reason": "New pump for the chair",
   "in_days": 3, "weekday": "monday", "from": "10:00", "to": "11:30"},
  {"kind": "vacation", "resource": "maria-garcia", "reason": "A week in Cádiz",
   "in_days": 21, "days": 5}],
"overrides": [
  {"resource": "maria-garcia", "in_days": 1, "weekday": "saturday", "reason": "A long Saturday",
   "windows": [{"from": "09:00", "to": "18:00"}]}],
"clients": [
  {"first_name": "Lucía", "last_name": "Fernández", "email": "lucia.fernandez@example.com",
   "phone": "+34600100101", "language": "es", "notes": "Prefers the first appointment of the day",
   "marketing_consent": true},
  {"first_name": "Carmen", "last_name": "Ruiz", "email": "carmen.ruiz@example.com",
   "phone": "+34600100102", "language": "es", "allergies": "Ammonia in hair dyes"},
  {"first_name": "Sofía", "last_name": "Navarro", "email": "sofia.navarro@example.com",
   "phone": "+34600100103", "language": "es", "source": "instagram"},
  {"first_name": "Elena", "last_name": "Castro", "email": "elena.castro@example.com",
   "phone": "+34600100104", "language": "es", "allergies": "Acrylates in nail polish",
   "tags": ["vip"]},
  {"first_name": "Marta", "last_name": "Iglesias", "email": "marta.iglesias@example.com",
   "phone": "+34600100105", "language": "es", "notes": "Comes with a pram"},
  {"first_name": "Javier", "last_name": "Molina", "email": "javier.molina@example.com",
   "phone": "+34600100106", "language": "es", "source": "walk-in"},
  {"first_name": "Pablo", "last_name": "Serrano", "email": "pablo.serrano@example.com",
   "phone": "+34600100107", "language": "es", "birth_date": "1988-05-14"},
  {"first_name": "Isabel", "last_name": "Ortega", "email": "isabel.ortega@example.com",
   "phone": "+34600100108", "language": "es", "medical_conditions": "Sensitive scalp",
   "marketing_consent": true},
  {"first_name": "Ana", "last_name": "Domínguez", "email": "ana.dominguez@example.com",
   "phone": "+34600100109", "language": "es", "tags": ["color-club"]},
  {"first_name": "Rosa", "last_name": "Vidal", "email": "rosa.vidal@example.com",
   "phone": "+34600100110", "language": "es", "notes": "Speaks Catalan"}],
"client_notes": ["Only the tips, please", "I may be five minutes late", "Something for a wedding",
  "The same as last time"],
"cancel_reasons": ["Feeling ill", "A meeting came up", "Found another day"]
})json";

}  // namespace almanac::replay::samples
