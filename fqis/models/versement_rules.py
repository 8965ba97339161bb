"""What the database holds of a versement, in its words: its tranche, its envelope, its notice."""

WITHIN_TRANCHE = """
                    DECLARE limit_amount numeric; others numeric; its_alliance bigint;
                        deducted numeric;
                    BEGIN
                    IF TG_OP = 'UPDATE' AND ROW(OLD.amount, OLD.tranche_id, OLD.alliance_id)
                        = ROW(NEW.amount, NEW.tranche_id, NEW.alliance_id)
                        AND OLD.state <> 'cancelled' THEN
                        RETURN NEW;
                    END IF;
                    SELECT t.amount, c.alliance_id INTO limit_amount, its_alliance
                    FROM conventions_tranche t
                    JOIN conventions_convention c ON c.id = t.convention_id
                    WHERE t.id = NEW.tranche_id FOR UPDATE OF t;
                    IF its_alliance IS DISTINCT FROM NEW.alliance_id THEN
                        RAISE EXCEPTION 'Cette tranche est celle d’une autre alliance.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_own_tranche';
                    END IF;
                    SELECT coalesce(sum(v.amount), 0) INTO others FROM fqis_versement v
                    WHERE v.tranche_id = NEW.tranche_id AND v.id IS DISTINCT FROM NEW.id
                      AND v.state <> 'cancelled';
                    SELECT coalesce(sum(r.amount), 0) INTO deducted FROM fqis_recovery r
                    JOIN fqis_versement v ON v.id = r.deducted_from_id
                    WHERE v.tranche_id = NEW.tranche_id AND r.state = 'deducted';
                    IF others + NEW.amount + deducted > limit_amount THEN
                        RAISE EXCEPTION 'Le versement dépasse sa tranche.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_within_tranche';
                    END IF;
                    RETURN NEW;
                    END;
                """

WITHIN_ENVELOPE = """
                    DECLARE allotted numeric; others numeric;
                    BEGIN
                    IF TG_OP = 'UPDATE' AND OLD.amount = NEW.amount
                        AND OLD.state IN ('authorised', 'issued', 'paid') THEN
                        RETURN NEW;
                    END IF;
                    SELECT e.amount INTO allotted FROM fqis_envelope e
                    WHERE e.alliance_id = NEW.alliance_id FOR UPDATE;
                    SELECT coalesce(sum(v.amount), 0) INTO others FROM fqis_versement v
                    WHERE v.alliance_id = NEW.alliance_id AND v.id IS DISTINCT FROM NEW.id
                      AND v.state IN ('authorised', 'issued', 'paid');
                    IF allotted IS NULL OR others + NEW.amount > allotted THEN
                        RAISE EXCEPTION 'Le versement dépasse l’enveloppe.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_within_envelope';
                    END IF;
                    RETURN NEW;
                    END;
                """

ISSUED_GIVEN_UP = """
                    IF EXISTS (
                        SELECT 1 FROM fqis_paymentline l
                        WHERE l.versement_id = NEW.id AND l.rejected_at IS NULL
                    ) OR NOT EXISTS (
                        SELECT 1 FROM conventions_avenant a
                        JOIN conventions_tranche t ON t.convention_id = a.convention_id
                        WHERE t.id = NEW.tranche_id AND a.state = 'signed'
                          AND a.table_id IS NOT NULL
                          AND ROW(a.was_table_id, a.was_fiduciary_id)
                              IS DISTINCT FROM ROW(a.table_id, a.fiduciary_id)
                    ) THEN
                        RAISE EXCEPTION 'L’avis est émis : ce versement ne s’annule plus.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_issued_stays';
                    END IF;
                    RETURN NEW;
                """
